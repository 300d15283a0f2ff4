"""The program without a window: console verbs and the driver. Nothing here imports Qt."""
