//! The scene of a test: an emulator on a port, temporary folders, and the binary run in them with nothing of the
//! tester's environment.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use megapane::emulator::{Emulator, NewAccount, Owner, PASSWORD, Server};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Everything that a command needs.
pub(crate) struct Scene {
    folder: TempDir,
    pub(crate) emulator: Emulator,
    pub(crate) ann: Owner,
    pub(crate) url: String,
    server: Runtime,
}

/// How a command ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Scene {
    /// An emulator with Ann's empty account; nothing is configured.
    pub(crate) fn new() -> Self {
        Self::with(NewAccount::new(EMAIL))
    }

    /// The same with an account of another kind.
    pub(crate) fn with(account: NewAccount) -> Self {
        let server =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let emulator = Emulator::new();
        let ann = emulator.add_account(account);
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = server.block_on(Server::bind(emulator.clone(), any_port)).unwrap();
        let url = bound.lines()[0].strip_prefix("url: ").unwrap().to_owned();
        server.spawn(bound.run());
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder, emulator, ann, url, server }
    }

    /// The same, logged in as the remote `ann`.
    pub(crate) fn logged_in() -> Self {
        let scene = Self::new();
        scene.log_in();
        scene
    }

    /// Saves Ann's account as the remote `ann`.
    pub(crate) fn log_in(&self) {
        let ran = self.run_with(
            &["config", "create", "ann", "--user", EMAIL, "--password-stdin"],
            &[],
            &format!("{PASSWORD}\n"),
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// Adds Ben's account, logged in as the remote `ben`.
    pub(crate) fn second_account(&self) -> Owner {
        let ben = self.emulator.add_account(NewAccount::new("ben@example.org"));
        let create = ["config", "create", "ben", "--user", "ben@example.org", "--password-stdin"];
        let ran = self.run_with(&create, &[], &format!("{PASSWORD}\n"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ben
    }

    /// Runs a command in the working folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[], "")
    }

    /// Runs a command with more variables and something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], stdin: &str) -> Ran {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_megapane"));
        command.env_clear().envs(self.environment()).envs(variables.iter().copied());
        let output = command
            .current_dir(self.path(""))
            .args(arguments)
            .write_stdin(stdin)
            .timeout(std::time::Duration::from_mins(2))
            .output()
            .unwrap();
        Ran::of(output)
    }

    /// Runs a command as somebody whom permissions bind: the tester, or, where that is the superuser, nobody.
    #[cfg(unix)]
    pub(crate) fn run_bound(&self, arguments: &[&str]) -> Ran {
        use std::os::unix::fs::{MetadataExt, chown};
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65534;
        let ours = tempfile::NamedTempFile::new().unwrap();
        if ours.as_file().metadata().unwrap().uid() != 0 {
            return self.run(arguments);
        }
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(path) = folders.pop() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            if path.is_dir() {
                folders.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        let program = self.folder.path().join("megapane"); // the folder of the real one may be closed to nobody
        // Copied by a program of its own: what another test starts meanwhile would inherit the file, open for writing.
        let copied =
            std::process::Command::new("cp").arg(env!("CARGO_BIN_EXE_megapane")).arg(&program).status();
        assert!(copied.unwrap().success());
        let mut command = std::process::Command::new(program);
        command.uid(NOBODY).gid(NOBODY).env_clear().envs(self.environment());
        let output = command.current_dir(self.path("")).args(arguments).output().unwrap();
        Ran::of(output)
    }

    /// The variables that a command gets.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let home = self.folder.path().to_str().unwrap();
        let mut variables = vec![
            ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("HOME".to_owned(), home.to_owned()),
            ("XDG_DATA_HOME".to_owned(), format!("{home}/data")),
            ("TZ".to_owned(), "UTC".to_owned()),
            ("MEGAPANE_API_URL".to_owned(), self.url.clone()),
        ];
        for kind in ["CONFIG", "CACHE", "STATE"] {
            variables.push((format!("MEGAPANE_{kind}_DIR"), format!("{home}/{}", kind.to_lowercase())));
        }
        variables
    }

    /// A path in the working folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// A path beside it: `config`, `state`.
    pub(crate) fn own(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the working folder.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads one.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Ends the server: its port refuses from now on.
    pub(crate) fn server_goes(self) -> TempDir {
        let Self { folder, server, .. } = self;
        server.shutdown_background();
        folder
    }
}

impl Ran {
    /// `-1` stands for the code of a command that a signal ended.
    pub(crate) fn of(output: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Ended well, with nothing on stderr; returns stdout.
    #[track_caller]
    pub(crate) fn clean(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Ended with `code` and one sentence that has `part`, and nothing on stdout.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, part: &str) -> String {
        assert_eq!(self.code, code, "{}", self.err);
        assert_eq!(self.out, "");
        assert!(self.err.starts_with("megapane: "), "{}", self.err);
        assert!(self.err.contains(part), "{:?} is not in {}", part, self.err);
        let sentences = self.err.lines().filter(|line| line.starts_with("megapane: ")).count();
        assert_eq!(sentences, 1, "{}", self.err);
        self.err
    }
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

pub(crate) const EMAIL: &str = "ann@example.org";

/// 1 June 2024, 00:00 UTC.
pub(crate) const JUNE: i64 = 1_717_200_000;
