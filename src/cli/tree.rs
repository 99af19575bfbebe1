//! `tree`: folders and files drawn with lines.
//! Called by `dispatch`. Whether a branch goes on shows only at its end, so the items are kept until then.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, ListArgs, Reach};
use super::lsjson::Array;
use super::output::Outcome;

/// Draw the folders as a tree.
///
/// Folders and files below a folder, as rclone draws them, with a count at the end. --level 2 goes no deeper than that.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct TreeArgs {
    /// Go at most this deep (the same as --max-depth)
    #[arg(long, value_name = "N", conflicts_with = "max_depth", value_parser = clap::value_parser!(u32).range(1..))]
    level: Option<u32>,

    /// Show names that begin with a dot, too
    #[arg(short, long)]
    all: bool,

    /// Leave files out
    #[arg(short, long)]
    dirs_only: bool,

    /// List folders before files
    #[arg(long)]
    dirsfirst: bool,

    /// Print the size in bytes before each name, of a folder that of all below it
    #[arg(short, long)]
    size: bool,

    /// Leave out the count at the end
    #[arg(long)]
    noreport: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// Runs the command.
pub(crate) async fn run(args: TreeArgs, context: &mut Context) -> Outcome {
    let mut list = args.list.clone();
    list.bounds = list.bounds.or_depth(args.level);
    let mut array = context.options.json.then(Array::new);
    let mut items = Vec::new();
    items::each(context, &list, Reach::Everything, |output, item| match &mut array {
        _ if args.dirs_only && !item.is_folder() => Ok(()),
        _ if !args.all && is_hidden(item) => Ok(()),
        Some(array) => array.row(output, item),
        None => {
            items.push(item.clone());
            Ok(())
        }
    })
    .await?;
    if let Some(array) = array {
        array.end(&mut context.output)?;
        return Ok(ExitCode::Success);
    }
    let items = if args.dirsfirst { items } else { by_name(items) };
    let of_all = items.iter().filter(|item| !item.is_folder()).filter_map(Item::size).sum();
    let size = |bytes| if args.size { size_column(bytes) } else { String::new() };
    context.output.line(format!("{}/", size(Some(of_all))))?;
    for (item, lines) in items.iter().zip(branches(&items)) {
        let line = format!("{lines}{}{}", size(item.size()), context.output.name(item.name()));
        context.output.line(line)?;
    }
    if !args.noreport {
        let folders = items.iter().filter(|item| item.is_folder()).count();
        let files = items.len() - folders;
        let files = if args.dirs_only { String::new() } else { format!(", {files} files") };
        context.output.line(format!("\n{folders} directories{files}"))?;
    }
    Ok(ExitCode::Success)
}

fn size_column(bytes: Option<u64>) -> String {
    format!("[{:>11}]  ", bytes.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string()))
}

/// Returns whether it, or a folder that it is in, has a name that begins with a dot.
fn is_hidden(item: &Item) -> bool {
    item.path.split('/').any(|name| name.starts_with('.'))
}

/// Puts folders and files of each folder in one order by name. Of folders with one name each keeps what is in it.
fn by_name(items: Vec<Item>) -> Vec<Item> {
    // Above each item stand the last ones before it with fewer levels.
    let mut above: Vec<usize> = Vec::new();
    let mut keys: Vec<Vec<(&str, usize)>> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        above.truncate(item.path.matches('/').count());
        let mut key = above.last().map(|above| keys[*above].clone()).unwrap_or_default();
        key.push((item.name(), at));
        keys.push(key);
        above.push(at);
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
    let mut items: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items[at].take()).collect()
}

/// The lines before each name. Items come folders first, so each is known to be its folder's last by looking ahead for
/// another one on its level before a higher one comes: done from the end, with one flag for each level.
fn branches(items: &[Item]) -> Vec<String> {
    let mut goes_on: Vec<bool> = Vec::new();
    let mut lines: Vec<String> = Vec::with_capacity(items.len());
    for item in items.iter().rev() {
        let level = item.path.matches('/').count();
        goes_on.resize(goes_on.len().max(level + 1), false);
        goes_on.truncate(level + 1);
        let above: String = goes_on[..level].iter().map(|more| if *more { "│   " } else { "    " }).collect();
        lines.push(format!("{above}{}", if goes_on[level] { "├── " } else { "└── " }));
        goes_on[level] = true;
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::super::items::Kind;
    use super::*;

    fn item(path: &str) -> Item {
        let kind = if path.ends_with('.') { Kind::Folder { sums: None } } else { Kind::File { size: 0 } };
        Item { kind, path: path.to_owned(), modified: 0, node: None }
    }

    #[test]
    fn files_and_folders_stand_in_one_order_and_twins_keep_what_is_theirs() {
        let listed = ["b.", "b./z", "b.", "b./a", "c.", "a", "bb"].into_iter().map(item).collect();
        let paths: Vec<String> = by_name(listed).into_iter().map(|item| item.path).collect();
        assert_eq!(paths, ["a", "b.", "b./z", "b.", "b./a", "bb", "c."]);
    }

    #[test]
    fn lines_end_at_the_last_of_each_folder() {
        let items: Vec<_> = ["a", "a/b", "a/b/c", "a/d", "e", "e/f"].into_iter().map(item).collect();
        assert_eq!(branches(&items), ["├── ", "│   ├── ", "│   │   └── ", "│   └── ", "└── ", "    └── "]);
        assert!(branches(&[]).is_empty());
    }
}
