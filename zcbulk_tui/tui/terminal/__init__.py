"""What lies between the app and its terminal.

Output: `frame_diff` sends only changed cells, through `ansi_writer`; `output_gate` stops drawing
while the terminal lags. Input: `input_driver` reads bytes, `input_lexer` cuts them into tokens of
`control_sequences`, `input_filter` separates keys from pasted text, and `yes_guard` rejects a yes
to a question that nobody can have read. The rest: size, title, clipboard, bell and notifications,
what `tmux` says, colours, suspending, and an exit that works while the event loop or the terminal
hangs. `app_terminal` joins all of it.
"""
