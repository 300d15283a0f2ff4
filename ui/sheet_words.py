"""What is said when a recovery sheet gives way to a new one; the same in window and console. No Qt."""

REPLACED = (
    "回復シートを替えました。新しいバックアップを作成してから、前の用紙を裁断してください。"
    "これまでのバックアップをほかのPCで開くには、前の用紙が要ります。"
)
USED = (
    "今使った回復シートでは、この台帳はもう開けません。新しいシートを保管し、新しいバックアップを"
    "作成してから、今使った用紙を裁断してください。これまでのバックアップをほかのPCで開くには、"
    "今使った用紙が要ります。"
)
OTHERS = (
    "ほかのPCに復元したときは、ほかの利用者はこれまでのパスワードで開けません。"
    "「設定・利用者」の「パスワードの再発行」で決め直してください。"
)
"""A password alone opens nothing on a PC that has not the secret of the old one (security 3.2)."""
