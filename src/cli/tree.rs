//! `tree`: folders and files drawn with lines.
//! Called by `dispatch`. Whether a branch goes on shows only at its end, so the items are kept until then.

use clap::Args;

use super::context::Context;
use super::exit::ExitCode;
use super::items::{self, Item, Kind, ListArgs, Reach};
use super::lsjson::Array;
use super::output::Outcome;
use super::quantity;

/// Draw the folders as a tree.
///
/// Folders and files below a folder, with a count at the end. --level 2 goes no deeper than that.
#[derive(Args, Debug)]
pub(crate) struct TreeArgs {
    /// Go at most this deep (the same as --max-depth)
    #[arg(long, value_name = "N", conflicts_with = "max_depth", value_parser = clap::value_parser!(u32).range(1..))]
    level: Option<u32>,

    /// Leave files out
    #[arg(short, long)]
    dirs_only: bool,

    /// Print the size before each name
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
    context.output.line("/")?;
    for (item, lines) in items.iter().zip(branches(&items)) {
        let size = if args.size { size_column(item) } else { String::new() };
        let slash = if item.is_folder() { "/" } else { "" };
        let line = format!("{lines}{size}{}{slash}", context.output.name(item.name()));
        context.output.line(line)?;
    }
    if !args.noreport {
        let folders = items.iter().filter(|item| item.is_folder()).count();
        let files = items.len() - folders;
        let files =
            if args.dirs_only { String::new() } else { format!(", {}", quantity::counted(files, "file")) };
        context.output.line(format!("\n{}{files}", quantity::counted(folders, "folder")))?;
    }
    Ok(ExitCode::Success)
}

fn size_column(item: &Item) -> String {
    match item.kind {
        Kind::Folder { sums: None } => format!("[{:>9}]  ", "?"),
        Kind::Folder { sums: Some((size, _)) } | Kind::File { size } => {
            format!("[{:>9}]  ", quantity::size(size))
        }
    }
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
    use super::*;

    fn item(path: &str) -> Item {
        Item { path: path.to_owned(), kind: Kind::File { size: 0 }, modified: 0, node: None }
    }

    #[test]
    fn lines_end_at_the_last_of_each_folder() {
        let items: Vec<_> = ["a", "a/b", "a/b/c", "a/d", "e", "e/f"].into_iter().map(item).collect();
        assert_eq!(branches(&items), ["├── ", "│   ├── ", "│   │   └── ", "│   └── ", "└── ", "    └── "]);
        assert!(branches(&[]).is_empty());
    }
}
