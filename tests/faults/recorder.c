/* Stand between a program and the disk: record what it writes, or let the disk fail.
 *
 * Preloaded with LD_PRELOAD. Calls that touch files below AZK_ROOT are numbered from 1; each is
 * written to the log AZK_LOG as one record. What the program writes to descriptor 1 is recorded
 * too, as a mark: so the log shows what had been promised at which call.
 *
 *   AZK_FAIL_AT=N      the N-th call fails ...
 *   AZK_FAIL_ERRNO=E   ... with this errno ...
 *   AZK_FAIL_STICKY=1  ... and so do all calls after it.
 *   AZK_KILL_AT=N      the process dies of SIGKILL before the N-th call.
 *
 * A record: op (1 byte), length of path (u16), offset (u64), length of data (u32), path, data; all
 * little endian. Ops: C create, O open with truncation, W write, T truncate (offset = new length),
 * S sync of a file, D sync of a folder, R rename (data = new path), U unlink, M make folder,
 * X remove folder, A mark.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 4096

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char *paths[MOST_FDS]; /* path of each open descriptor below the root, else NULL */
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;
static long calls, fail_at, kill_at;
static int fail_errno = EIO, sticky;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void start(void)
{
    static int started;
    if (started)
        return;
    const char *text = getenv("AZK_ROOT"); /* set late, after a fork: until then nothing is seen */
    if (text == NULL || realpath(text, root) == NULL)
        return;
    started = 1;
    root_length = strlen(root);
    if ((text = getenv("AZK_FAIL_AT")) != NULL)
        fail_at = atol(text);
    if ((text = getenv("AZK_FAIL_ERRNO")) != NULL)
        fail_errno = atoi(text);
    if ((text = getenv("AZK_KILL_AT")) != NULL)
        kill_at = atol(text);
    sticky = getenv("AZK_FAIL_STICKY") != NULL;
    if ((text = getenv("AZK_LOG")) != NULL)
        log_fd = REAL(open)(text, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* Make a path absolute without following its last part, which may not exist. */
static int below_root(int dir, const char *path, char *whole)
{
    char parent[PATH_MAX], real[PATH_MAX];
    if (path == NULL || root_length == 0)
        return 0;
    if (path[0] == '/') {
        if (snprintf(parent, sizeof parent, "%s", path) >= (int)sizeof parent)
            return 0;
    } else {
        char base[PATH_MAX], link[64];
        if (dir == AT_FDCWD) {
            if (getcwd(base, sizeof base) == NULL)
                return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
            ssize_t n = readlink(link, base, sizeof base - 1);
            if (n < 0)
                return 0;
            base[n] = 0;
        }
        if (snprintf(parent, sizeof parent, "%s/%s", base, path) >= (int)sizeof parent)
            return 0;
    }
    char *slash = strrchr(parent, '/');
    const char *name = slash + 1;
    *slash = 0;
    if (realpath(parent[0] ? parent : "/", real) == NULL)
        return 0;
    if (snprintf(whole, PATH_MAX, "%s/%s", real, name) >= PATH_MAX)
        return 0;
    return strncmp(whole, root, root_length) == 0 &&
           (whole[root_length] == '/' || whole[root_length] == 0);
}

static void record(char op, const char *path, uint64_t offset, const void *data, uint32_t length)
{
    if (log_fd < 0)
        return;
    const char *inside = strlen(path) > root_length ? path + root_length + 1 : "";
    uint16_t size = (uint16_t)strlen(inside);
    char head[15];
    head[0] = op;
    memcpy(head + 1, &size, 2);
    memcpy(head + 3, &offset, 8);
    memcpy(head + 11, &length, 4);
    struct iovec parts[3] = {{head, 15}, {(void *)inside, size}, {(void *)data, length}};
    REAL(writev)(log_fd, parts, 3);
}

/* Count a call; return 1 when it shall fail. */
static int fails(void)
{
    calls++;
    if (kill_at && calls == kill_at)
        kill(getpid(), SIGKILL);
    if (fail_at && (calls == fail_at || (sticky && calls > fail_at))) {
        errno = fail_errno;
        return 1;
    }
    return 0;
}

#define ENTER() pthread_mutex_lock(&lock); start()
#define LEAVE(value) do { __typeof__(value) v_ = (value); int e_ = errno; \
    pthread_mutex_unlock(&lock); errno = e_; return v_; } while (0)

static void remember(int fd, const char *path)
{
    if (fd >= 0 && fd < MOST_FDS) {
        free(paths[fd]);
        paths[fd] = path ? strdup(path) : NULL;
    }
}

static const char *path_of(int fd)
{
    return fd >= 0 && fd < MOST_FDS ? paths[fd] : NULL;
}

static int open_below(int dir, const char *path, int flags, mode_t mode)
{
    static int (*real)(int, const char *, int, ...);
    if (real == NULL)
        real = REAL(openat);
    char whole[PATH_MAX];
    if (!below_root(dir, path, whole))
        return real(dir, path, flags, mode);
    struct stat found;
    int existed = lstat(whole, &found) == 0;
    int creates = (flags & O_CREAT) && !existed;
    int empties = (flags & O_TRUNC) && existed && found.st_size > 0;
    if ((creates || empties) && fails())
        return -1;
    int fd = real(dir, path, flags, mode);
    if (fd >= 0) {
        remember(fd, whole);
        if (creates)
            record('C', whole, 0, NULL, 0);
        if (empties)
            record('O', whole, 0, NULL, 0);
    }
    return fd;
}

#define OPENING(dir) \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); \
        mode = va_arg(rest, mode_t); va_end(rest); } \
    ENTER(); LEAVE(open_below(dir, path, flags, mode))

int open(const char *path, int flags, ...) { OPENING(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPENING(AT_FDCWD); }
int openat(int dir, const char *path, int flags, ...) { OPENING(dir); }
int openat64(int dir, const char *path, int flags, ...) { OPENING(dir); }

int close(int fd)
{
    ENTER();
    remember(fd, NULL);
    LEAVE(REAL(close)(fd));
}

static ssize_t wrote(const char *path, off_t at, const void *data, ssize_t done)
{
    if (done > 0)
        record('W', path, (uint64_t)at, data, (uint32_t)done);
    return done;
}

static off_t place(int fd)
{
    struct stat found;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_APPEND) && fstat(fd, &found) == 0)
        return found.st_size;
    return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t length)
{
    ENTER();
    const char *path = path_of(fd);
    if (fd == 1 && path == NULL)
        record('A', root, 0, data, (uint32_t)length);
    if (path == NULL)
        LEAVE(REAL(write)(fd, data, length));
    if (fails())
        LEAVE((ssize_t)-1);
    off_t at = place(fd);
    LEAVE(wrote(path, at, data, REAL(write)(fd, data, length)));
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t at)
{
    const char *path = path_of(fd);
    if (path == NULL)
        return REAL(pwrite)(fd, data, length, at);
    if (fails())
        return -1;
    return wrote(path, at, data, REAL(pwrite)(fd, data, length, at));
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at)
{
    ENTER();
    LEAVE(write_at(fd, data, length, at));
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at)
{
    ENTER();
    LEAVE(write_at(fd, data, length, (off_t)at));
}

static int cut(int fd, off_t length)
{
    const char *path = path_of(fd);
    if (path != NULL && fails())
        return -1;
    int done = REAL(ftruncate)(fd, length);
    if (done == 0 && path != NULL)
        record('T', path, (uint64_t)length, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t length) { ENTER(); LEAVE(cut(fd, length)); }
int ftruncate64(int fd, off64_t length) { ENTER(); LEAVE(cut(fd, (off_t)length)); }

static int synced(int fd, int (*real)(int))
{
    const char *path = path_of(fd);
    if (path != NULL && fails())
        return -1;
    int done = real(fd);
    struct stat found;
    if (done == 0 && path != NULL && fstat(fd, &found) == 0)
        record(S_ISDIR(found.st_mode) ? 'D' : 'S', path, 0, NULL, 0);
    return done;
}

int fsync(int fd) { ENTER(); LEAVE(synced(fd, REAL(fsync))); }
int fdatasync(int fd) { ENTER(); LEAVE(synced(fd, REAL(fdatasync))); }

int rename(const char *from, const char *to)
{
    ENTER();
    char one[PATH_MAX], two[PATH_MAX];
    int inside = below_root(AT_FDCWD, from, one) && below_root(AT_FDCWD, to, two);
    if (inside && fails())
        LEAVE(-1);
    int done = REAL(rename)(from, to);
    if (done == 0 && inside) {
        const char *target = two + root_length + 1;
        record('R', one, 0, target, (uint32_t)strlen(target));
    }
    LEAVE(done);
}

static int gone(char op, const char *path, int (*real)(const char *))
{
    char whole[PATH_MAX];
    int inside = below_root(AT_FDCWD, path, whole);
    struct stat found;
    if (inside && lstat(whole, &found) != 0)
        inside = 0;
    if (inside && fails())
        return -1;
    int done = real(path);
    if (done == 0 && inside)
        record(op, whole, 0, NULL, 0);
    return done;
}

int unlink(const char *path) { ENTER(); LEAVE(gone('U', path, REAL(unlink))); }
int rmdir(const char *path) { ENTER(); LEAVE(gone('X', path, REAL(rmdir))); }

int unlinkat(int dir, const char *path, int flags)
{
    ENTER();
    char whole[PATH_MAX];
    int inside = below_root(dir, path, whole);
    if (inside && fails())
        LEAVE(-1);
    int done = REAL(unlinkat)(dir, path, flags);
    if (done == 0 && inside)
        record(flags & AT_REMOVEDIR ? 'X' : 'U', whole, 0, NULL, 0);
    LEAVE(done);
}

int mkdir(const char *path, mode_t mode)
{
    ENTER();
    char whole[PATH_MAX];
    int inside = below_root(AT_FDCWD, path, whole);
    if (inside && fails())
        LEAVE(-1);
    int done = REAL(mkdir)(path, mode);
    if (done == 0 && inside)
        record('M', whole, 0, NULL, 0);
    LEAVE(done);
}
