//! The program: hands its arguments to the command line and ends with the code that comes back.

use std::process::ExitCode;

fn main() -> ExitCode {
    megapane::cli::run(std::env::args_os()).into()
}
