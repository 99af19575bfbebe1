//! The program: hands its arguments to the command line and ends with the code that comes back. Nothing is decided here:
//! all of it is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    megapane::cli::run(std::env::args_os()).into()
}
