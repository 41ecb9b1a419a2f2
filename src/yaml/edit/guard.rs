//! The result of an edit against its intent.

use super::page::{Page, Splice};
use super::{Edit, EditError, entry_of};
use crate::source::{FilePath, Path, Step};
use crate::yaml::data::Data;
use crate::yaml::parse;
use crate::yaml::tree::Tree;

/// The result must be readable without new problems, and mean the old document with exactly the intended change.
pub(super) fn check_meaning<'r>(page: &Page<'_>, edit: &Edit, result: &'r str) -> Result<Tree<'r>, EditError> {
    let refuse = |why: String| Err(EditError::Guard { path: edit.path().clone(), why });
    let (tree, problems) = parse(&FilePath::from(""), result);
    let Some(tree) = tree.filter(|_| problems.len() <= page.problems) else {
        let why = problems.last().map_or("it can't be read", |problem| &problem.message);
        return refuse(why.to_owned());
    };
    let Some(expected) = intended(Data::from(&page.tree.root), edit) else {
        return refuse("the document has no such place".to_owned());
    };
    if Data::from(&tree.root).same(&expected) {
        Ok(tree)
    } else {
        refuse("another value would have changed".to_owned())
    }
}

/// No comment outside the spliced bytes may be lost, and none at all where something only moves.
pub(super) fn check_comments(
    page: &Page<'_>,
    edit: &Edit,
    splices: &[Splice],
    result: &Tree<'_>,
) -> Result<(), EditError> {
    let after = &result.comments;
    let moved = matches!(edit, Edit::MoveItem { .. } | Edit::RenameKey { .. });
    let lost = page.tree.comments.iter().find(|comment| {
        let at = comment.span.start as usize;
        if splices.iter().any(|splice| (splice.start..splice.end).contains(&at)) {
            return false;
        }
        let before = splices.iter().filter(|splice| splice.start <= at);
        let (added, removed) =
            before.fold((0, 0), |(added, removed), s| (added + s.text.len(), removed + s.end - s.start));
        let words = comment.span.slice(page.text);
        let start = at + added - removed;
        let found = after.binary_search_by_key(&start, |comment| comment.span.start as usize);
        found.is_err() || !result.text.get(start..).is_some_and(|rest| rest.starts_with(words))
    });
    if lost.is_some() || (moved && after.len() != page.tree.comments.len()) {
        let why = "a comment would have been lost".to_owned();
        return Err(EditError::Guard { path: edit.path().clone(), why });
    }
    Ok(())
}

/// The document with the change, worked out on the data alone.
pub(super) fn intended(mut root: Data, edit: &Edit) -> Option<Data> {
    match edit {
        Edit::Set { path, value } => *find(&mut root, path)? = value.clone(),
        Edit::Insert { path, value, before } => {
            let (parent, key) = entry_of(path).ok()?;
            let parent = find(&mut root, &parent)?;
            if matches!(parent, Data::Null) {
                *parent = Data::map::<String>([]);
            }
            let Data::Mapping(entries, _) = parent else { return None };
            let index = before.iter().find_map(|key| entries.iter().position(|entry| entry.0 == **key));
            entries.insert(index.unwrap_or(entries.len()), (key.to_string(), value.clone()));
        }
        Edit::InsertItem { path, index, value } => {
            let list = find(&mut root, path)?;
            if matches!(list, Data::Null) {
                *list = Data::list([]);
            }
            let Data::Sequence(items, _) = list else { return None };
            (*index <= items.len()).then(|| items.insert(*index, value.clone()))?;
        }
        Edit::Remove { path } => {
            let (parent, step) = path.split_last()?;
            match (find(&mut root, &parent)?, step) {
                (Data::Mapping(entries, _), Step::Key(key)) => entries.retain(|entry| entry.0 != **key),
                (Data::Sequence(items, _), Step::Index(index)) => {
                    (*index < items.len()).then(|| items.remove(*index))?;
                }
                _ => return None,
            }
        }
        Edit::RenameKey { path, key } => {
            let (parent, old) = entry_of(path).ok()?;
            let Data::Mapping(entries, _) = find(&mut root, &parent)? else { return None };
            entries.iter_mut().find(|entry| entry.0 == *old)?.0 = key.to_string();
        }
        Edit::MoveItem { path, from, to } => {
            let Data::Sequence(items, _) = find(&mut root, path)? else { return None };
            if *from >= items.len() || *to >= items.len() {
                return None;
            }
            let item = items.remove(*from);
            items.insert(*to, item);
        }
    }
    Some(root)
}

fn find<'d>(root: &'d mut Data, path: &Path) -> Option<&'d mut Data> {
    path.steps().iter().try_fold(root, |data, step| match (data, step) {
        (Data::Mapping(entries, _), Step::Key(key)) => {
            entries.iter_mut().find(|entry| entry.0 == **key).map(|entry| &mut entry.1)
        }
        (Data::Sequence(items, _), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}
