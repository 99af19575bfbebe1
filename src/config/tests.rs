//! Tests of the configuration: what is read, what is refused, and that a change keeps the user's own lines.
//! Each has a folder of its own; the user's home is never looked at.

use super::*;

fn environment(folder: &Path, more: &[(&str, &str)]) -> Environment {
    let path = folder.to_str().unwrap();
    let own = ["CONFIG", "CACHE", "STATE"].map(|kind| (format!("MEGAPANE_{kind}_DIR"), path.to_owned()));
    own.into_iter()
        .chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .collect()
}

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        api_url: None,
        passphrase: false,
        password: None,
    }
}

fn write_config(folder: &Path, text: &str) {
    private_file::write(&folder.join("config.toml"), text.as_bytes()).unwrap();
}

fn load_error(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_config(folder.path(), text);
    let error = Config::load(&environment(folder.path(), &[])).unwrap_err().to_string();
    error.replace(folder.path().to_str().unwrap(), "DIR")
}

#[test]
fn no_file_means_no_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::load(&environment(folder.path(), &[])).unwrap();
    assert_eq!(config.accounts, []);
    assert_eq!(config.folders.config, folder.path());
}

#[test]
fn added_accounts_come_back_in_order_and_comments_stay() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[]);
    write_config(folder.path(), "# mine\n[[account]] # first\nname = \"a\"\nemail = \"a@example.org\"\n");
    let mut config = Config::load(&environment).unwrap();
    let sealed = Account { passphrase: true, api_url: Some("http://127.0.0.1:9/".into()), ..account("b c") };
    config.add(&sealed).unwrap();
    assert_eq!(Config::load(&environment).unwrap().accounts, [account("a"), sealed.clone()]);

    config.remove("a").unwrap();
    assert_eq!(config.accounts, std::slice::from_ref(&sealed));
    assert_eq!(Config::load(&environment).unwrap().accounts, [sealed]);
    assert!(matches!(config.remove("a"), Err(ConfigError::UnknownAccount { .. })));
    assert!(matches!(config.add(&account("b c")), Err(ConfigError::NameTaken { .. })));
}

#[test]
fn a_change_keeps_what_the_user_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[]);
    write_config(
        folder.path(),
        "# mine\n\n[[account]] # the first\nname = \"a\"\nemail = \"a@example.org\"\n",
    );
    let mut config = Config::load(&environment).unwrap();
    config.add(&account("b")).unwrap();
    config.add(&account("c")).unwrap();
    config.remove("b").unwrap();
    config.remove("c").unwrap();
    let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(text.contains("# mine") && text.contains("# the first"), "{text}");
}

#[test]
fn comments_stay_whatever_account_goes_and_whatever_changes() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[]);
    let text = "restore = true # it is\n\n# of all\n\n[[account]] # first\nname = \"a\" # one\nemail = \"a@example.org\" # mail\n\n\
                # of b\n[[account]]\nname = \"b\"\nemail = \"b@example.org\"\n\n# of the screen\n[screen]\nascii = true\n# end\n";
    write_config(folder.path(), text);
    let mut config = Config::load(&environment).unwrap();
    let now = || std::fs::read_to_string(folder.path().join("config.toml")).unwrap();

    let mut editing = config.edit().unwrap();
    editing.rename("a", "c").unwrap();
    editing.replace(&Account { passphrase: true, ..account("c") }).unwrap();
    drop(editing.save(&mut config).unwrap());
    assert_eq!(config.accounts, [Account { passphrase: true, ..account("c") }, account("b")]);
    let changed = text
        .replace("name = \"a\"", "name = \"c\"")
        .replace("\"a@example.org\" # mail\n", "\"c@example.org\" # mail\npassphrase = true\n");
    assert_eq!(now(), changed);

    config.remove("c").unwrap();
    assert!(
        now().starts_with("restore = true # it is\n\n# of all\n\n# of b\n[[account]]\nname = \"b\""),
        "{}",
        now()
    );
    config.remove("b").unwrap();
    assert!(
        now().ends_with("# of all\n\n# of b\n# of the screen\n[screen]\nascii = true\n# end\n"),
        "{}",
        now()
    );
}

#[test]
fn the_comments_of_a_file_without_accounts_stay_above_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(&environment(folder.path(), &[])).unwrap();
    let now = || std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    config.add(&account("a")).unwrap();
    let first = now();
    config.remove("a").unwrap();
    assert!(now().starts_with("# megapane.") && now().contains("keymap.toml"), "{}", now());
    config.add(&account("a")).unwrap();
    assert_eq!(now(), first);
}

#[test]
fn a_change_that_is_not_saved_did_not_happen_and_names_are_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[]);
    let mut config = Config::load(&environment).unwrap();
    let mut late = config.clone();
    config.add(&account("a")).unwrap();
    let mut editing = config.edit().unwrap();
    editing.rename("a", "b").unwrap();
    drop(editing);
    assert_eq!(Config::load(&environment).unwrap().accounts, [account("a")]);
    assert!(
        matches!(late.add(&account("a")), Err(ConfigError::NameTaken { .. })),
        "another process added it"
    );
    let mut later = late.clone();
    later.read_again().unwrap();
    assert_eq!(later.accounts, [account("a")]);
    late.add(&account("b")).unwrap();
    assert_eq!(late.accounts, [account("a"), account("b")]);
    assert!(matches!(late.edit().unwrap().rename("a", "b"), Err(ConfigError::NameTaken { .. })));
}

#[test]
fn capitals_alone_make_no_other_name() {
    let folder = tempfile::tempdir().unwrap();
    let variables =
        [("MEGAPANE_REMOTE_HOME_USER", "env@example.org"), ("MEGAPANE_REMOTE_HOME_PASSWORD", "pw")];
    let mut config = Config::load(&environment(folder.path(), &variables)).unwrap();
    config.add(&account("Büro")).unwrap();
    for taken in ["büro", "BÜRO", "Büro", "Home", "home"] {
        let refused = config.add(&account(taken));
        assert!(matches!(refused, Err(ConfigError::NameTaken { .. })), "{taken}: {refused:?}");
        assert!(matches!(config.require_free(taken), Err(ConfigError::NameTaken { .. })), "{taken}");
    }
    let renamed = config.edit().unwrap().rename("Büro", "büro");
    assert!(matches!(renamed, Err(ConfigError::NameTaken { name }) if name == "Büro"));
    config.require_free("Büro 2").unwrap();
}

#[test]
fn a_file_that_has_two_names_that_differ_in_capitals_only_goes_on_working() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[]);
    let block = |name: &str| format!("[[account]]\nname = \"{name}\"\nemail = \"{name}@example.org\"\n");
    write_config(folder.path(), &(block("a") + &block("A")));
    let mut config = Config::load(&environment).unwrap();
    assert_eq!(config.accounts, [account("a"), account("A")]);
    config.remove("A").unwrap();
    assert_eq!(Config::load(&environment).unwrap().accounts, [account("a")]);
}

#[test]
fn a_new_file_says_at_its_top_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(&environment(folder.path(), &[])).unwrap();
    config.add(&account("a")).unwrap();
    config.add(&account("b")).unwrap();
    let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(text.starts_with("# megapane.") && text.matches("# megapane.").count() == 1, "{text}");
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_place() {
    assert_eq!(
        load_error("[[account]]\nname = \"a\"\nemail = oops\n").split(": line ").next(),
        Some("cannot read the configuration \"DIR/config.toml\"")
    );
    assert!(load_error("[[account]]\nname = \"a\"\nemail = oops\n").contains("line 3, column 9"));
    assert!(load_error("[[acount]]\nname = \"a\"\n").contains("unknown field `acount`"));
    let twice = "[[account]]\nname = \"a\"\nemail = \"e\"\n";
    assert!(load_error(&twice.repeat(2)).contains("line 4, column 1: there is a remote \"a\" already"));
    assert!(load_error("[[account]]\nname = \"a/b\"\nemail = \"e\"\n").contains("line 1, column 1"));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    write_config(folder.path(), "");
    let path = folder.path().join("config.toml");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Config::load(&environment(folder.path(), &[]));
    assert!(matches!(refused, Err(ConfigError::Exposed { .. })), "{refused:?}");
}

#[test]
fn accounts_of_the_environment_need_no_file_and_go_first() {
    let folder = tempfile::tempdir().unwrap();
    write_config(folder.path(), "[[account]]\nname = \"work\"\nemail = \"file@example.org\"\n");
    let variables = [
        ("MEGAPANE_REMOTE_WORK_USER", "env@example.org"),
        ("MEGAPANE_REMOTE_WORK_PASSWORD", "pw"),
        ("MEGAPANE_REMOTE_WORK_API_URL", "http://127.0.0.1:1/"),
        ("MEGAPANE_REMOTE__USER", "nameless"),
    ];
    let config = Config::load(&environment(folder.path(), &variables)).unwrap();
    assert_eq!(config.accounts.len(), 1);
    let found = config.account("Work").unwrap();
    assert_eq!((found.name.as_str(), found.email.as_str()), ("work", "env@example.org"));
    assert_eq!(found.password, Some(Secret::from("pw")));
    assert_eq!(config.server(found).unwrap().as_str(), "http://127.0.0.1:1/");

    let missing = Config::load(&environment(folder.path(), &variables[..1])).unwrap_err();
    assert!(missing.to_string().contains("MEGAPANE_REMOTE_WORK_PASSWORD"), "{missing}");
}

#[test]
fn the_override_goes_before_the_accounts_server() {
    let own = Account { api_url: Some("https://own.example.org/".into()), ..account("a") };
    let mut config = Config::default();
    assert_eq!(config.server(&account("a")).unwrap().as_str(), DEFAULT_SERVER);
    assert_eq!(config.server(&own).unwrap().as_str(), "https://own.example.org/");
    config.api_url = Some("http://localhost:8080".into());
    assert_eq!(config.server(&own).unwrap().as_str(), "http://localhost:8080/");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for good in [
        "https://example.org",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:8",
        "http://localhost",
    ] {
        assert!(server_url(good).is_ok(), "{good}");
    }
    for bad in [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "ftp://127.0.0.1",
        "example.org",
        "https://user:pw@example.org",
        "",
    ] {
        assert!(matches!(server_url(bad), Err(ConfigError::BadServer { .. })), "{bad}");
    }
}

#[test]
fn names_that_could_leave_the_folder_or_look_like_flags_are_refused() {
    for good in ["a", "my remote", "a.b-c_d+e@f", "Büro"] {
        assert!(check_name(good).is_ok(), "{good}");
    }
    for bad in ["", ".", "..", ".hidden", "-a", " a", "a ", "a/b", "a\\b", "a:b", "a\nb", &"x".repeat(65)] {
        assert!(check_name(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn surroundings_follow_the_variables() {
    let bare = Environment::default().surroundings();
    assert!(!bare.no_color && !bare.over_ssh && !bare.utf8);
    let set = [("NO_COLOR", "1"), ("SSH_TTY", "/dev/pts/0"), ("LANG", "de_DE.UTF-8"), ("TERM", "xterm")];
    let set = Environment::from_iter(set).surroundings();
    assert!(set.no_color && set.over_ssh && set.utf8);
    assert_eq!(set.terminal, "xterm");
    assert!(!Environment::from_iter([("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).surroundings().utf8);
    for (colors, light) in
        [("15;0", Some(false)), ("0;default;15", Some(true)), ("0;7", Some(true)), ("x", None)]
    {
        assert_eq!(Environment::from_iter([("COLORFGBG", colors)]).surroundings().light_ground, light);
    }
    let both = |terminal| Environment::from_iter([("TMUX", "x"), ("STY", "x"), ("TERM", terminal)]);
    let innermost =
        ["tmux-256color", "screen.tmux-256color"].map(|name| both(name).surroundings().multiplexer);
    assert_eq!(innermost, [Multiplexer::Tmux, Multiplexer::Screen]);
    let inside = |name: &str| Environment::from_iter([(name, "x")]).surroundings().multiplexer;
    assert_eq!(["TMUX", "STY", "X"].map(inside), [Multiplexer::Tmux, Multiplexer::Screen, Multiplexer::None]);
}

#[test]
fn the_screen_is_set_in_a_part_of_its_own() {
    use screen::{Accent, Notify, ThemeChoice};
    let folder = tempfile::tempdir().unwrap();
    let load = |text: &str| {
        write_config(folder.path(), text);
        Config::load(&environment(folder.path(), &[])).unwrap().screen
    };
    assert_eq!(load(""), ScreenSettings::default());
    let set = load(
        "[screen]\ntheme = \"light\"\naccent = \"bright-blue\"\nascii = true\nesc_timeout = 80\nnotify = \"osc777\"\n",
    );
    assert_eq!((set.theme, set.accent), (ThemeChoice::Light, Some(Accent::BrightBlue)));
    assert_eq!((set.ascii, set.esc_timeout), (Some(true), Some(std::time::Duration::from_millis(80))));
    assert_eq!((set.notify, set.mouse), (Notify::Osc777, false));
    assert_eq!(load("[screen]\nascii = \"auto\"\n").ascii, None);
}

#[test]
fn what_the_screen_cannot_be_is_named_with_its_place() {
    assert!(
        load_error("[screen]\nesc_timeout = 5000\n").contains("line 2, column 15: esc_timeout is 5 to 2000")
    );
    assert!(load_error("[screen]\nthem = \"x\"\n").contains("line 2, column 1: unknown field `them`"));
    assert!(load_error("[screen]\naccent = \"pink\"\n").contains("line 2, column 10"));
}
