//! The log: one file a day in the state folder, for the user alone, never the screen. The command line starts it and
//! holds its guard to the end. It must never hold a secret: only our own events are taken, and what stands behind the
//! `?` of an address (session ids travel there) is cut out of every line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Zoned;
use jiff::civil::Date;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::{Folders, LOG_PREFIX, private_file};

/// Starts logging into `folder`; dropping the guard writes what is still on its way.
///
/// `directives` are tracing's (`debug`, `megapane::api=trace`); a bare level is ours alone, never that of libraries. No
/// file is made before there is something to write, and a folder that cannot be written to loses the log, not the run.
pub fn start(folder: PathBuf, directives: &str) -> WorkerGuard {
    let bare = !directives.contains(['=', ',']);
    let directives = if bare { format!("megapane={directives}") } else { directives.to_owned() };
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("megapane=warn"));
    let builder = NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING);
    let (writer, guard): (NonBlocking, _) = builder.finish(DailyFile::new(folder));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).finish();
    // Fails only where a test has set a subscriber of its own already.
    let _ = tracing::subscriber::set_global_default(subscriber);
    guard
}

/// A file for each day, the oldest of which go.
struct DailyFile {
    folder: PathBuf,
    current: Option<(Date, File)>,
}

impl DailyFile {
    fn new(folder: PathBuf) -> Self {
        Self { folder, current: None }
    }

    fn file(&mut self, today: Date) -> io::Result<&mut File> {
        if self.current.as_ref().is_none_or(|(day, _)| *day != today) {
            private_file::create_folder(&self.folder)?;
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(self.folder.join(Folders::log_name(today)))?;
            self.current = Some((today, file));
            self.remove_old();
        }
        let (_, file) = self.current.as_mut().ok_or(io::ErrorKind::NotFound)?;
        Ok(file)
    }

    fn remove_old(&self) {
        let Ok(listing) = fs::read_dir(&self.folder) else { return };
        let mut names: Vec<_> = listing
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(LOG_PREFIX))
            .collect();
        names.sort_unstable();
        let surplus = names.len().saturating_sub(KEPT_FILES);
        for name in &names[..surplus] {
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

impl Write for DailyFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let clean = without_queries(&String::from_utf8_lossy(line));
        self.file(Zoned::now().date())?.write_all(clean.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Cuts what stands behind the `?` or `#` of every address.
fn without_queries(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let end = rest[at..].find(|c: char| c.is_whitespace() || c == '"').map_or(rest.len(), |end| at + end);
        let address = &rest[..end];
        match address[at..].find(['?', '#']) {
            Some(cut) => {
                clean.push_str(&address[..=at + cut]);
                clean.push('…');
            }
            None => clean.push_str(address),
        }
        rest = &rest[end..];
    }
    clean + rest
}

/// Lines that wait to be written; more are lost. Room for them is set aside at the start, 32 bytes each.
const LINES_WAITING: usize = 8192;

/// Days kept.
const KEPT_FILES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_fragments_never_reach_the_file() {
        let line = "POST https://g.api.mega.co.nz/cs?id=1&sid=SECRET took \"https://mega.nz/file/a#KEY\" https://x/y\n";
        let clean = without_queries(line);
        assert_eq!(
            clean,
            "POST https://g.api.mega.co.nz/cs?… took \"https://mega.nz/file/a#…\" https://x/y\n"
        );
        assert_eq!(without_queries("no address? none"), "no address? none");
    }

    #[test]
    fn a_new_day_opens_a_new_file_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = DailyFile::new(folder.path().join("log"));
        for day in 1..=8 {
            log.file(jiff::civil::date(2026, 11, day)).unwrap().write_all(b"x").unwrap();
        }
        let mut names: Vec<_> = fs::read_dir(&log.folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), KEPT_FILES);
        assert_eq!(names[0], "megapane-2026-11-04.log");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut log = DailyFile::new(folder.path().join("log"));
        log.write_all(b"line\n").unwrap();
        let file = fs::read_dir(&log.folder).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
