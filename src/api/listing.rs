//! The answer of `f`, parsed while it arrives (also node lists of `p` and of action packets).
