//! The questions that libgit2 answers in process.

use std::collections::BTreeMap;

use git2::{Delta, Error, ErrorClass, ErrorCode, Oid, Repository, Tree};

use super::{Entry, Head, ObjectId, RawChange, WorkTreeChange};

pub(super) fn to_oid(id: &ObjectId) -> Result<Oid, Error> {
    if id.as_bytes().len() == 20 {
        Oid::from_bytes(id.as_bytes())
    } else {
        Err(Error::new(ErrorCode::Invalid, ErrorClass::Object, "not a SHA-1 id"))
    }
}

pub(super) fn from_oid(oid: Oid) -> Result<ObjectId, Error> {
    ObjectId::from_bytes(oid.as_bytes())
        .ok_or_else(|| Error::new(ErrorCode::Invalid, ErrorClass::Object, "an id of unknown width"))
}

pub(super) fn read(repository: &Repository, id: &ObjectId) -> Result<Vec<u8>, Error> {
    Ok(repository.odb()?.read(to_oid(id)?)?.data().to_vec())
}

/// The tree of a commit, or the tree itself.
pub(super) fn tree<'r>(repository: &'r Repository, id: &ObjectId) -> Result<Tree<'r>, Error> {
    repository.find_object(to_oid(id)?, None)?.peel_to_tree()
}

pub(super) fn entry(repository: &Repository, commit: &ObjectId, path: &str) -> Result<Option<Entry>, Error> {
    match tree(repository, commit)?.get_path(path.as_ref()) {
        Ok(found) => {
            Ok(Some(Entry { path: path.to_owned(), mode: found.filemode().cast_unsigned(), id: from_oid(found.id())? }))
        }
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => Ok(None),
        Err(error) => Err(error),
    }
}

/// All that is not a tree under the directory `prefix` (empty for all), in the order of Git's index.
pub(super) fn list(repository: &Repository, commit: &ObjectId, prefix: &str) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let top = tree(repository, commit)?;
    if prefix.is_empty() {
        walk(repository, &top, "", &mut entries)?;
        return Ok(entries);
    }
    match top.get_path(prefix.as_ref()) {
        Ok(found) if found.kind() == Some(git2::ObjectType::Tree) => {
            walk(repository, &repository.find_tree(found.id())?, &format!("{prefix}/"), &mut entries)?;
        }
        Ok(_) => {}
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => {}
        Err(error) => return Err(error),
    }
    Ok(entries)
}

fn walk(repository: &Repository, tree: &Tree<'_>, prefix: &str, entries: &mut Vec<Entry>) -> Result<(), Error> {
    for item in tree {
        let path = format!("{prefix}{}", String::from_utf8_lossy(item.name_bytes()));
        if item.kind() == Some(git2::ObjectType::Tree) {
            walk(repository, &repository.find_tree(item.id())?, &format!("{path}/"), entries)?;
        } else {
            entries.push(Entry { path, mode: item.filemode_raw().cast_unsigned(), id: from_oid(item.id())? });
        }
    }
    Ok(())
}

pub(super) fn head(repository: &Repository) -> Result<Head, Error> {
    let head = repository.find_reference("HEAD")?;
    let Ok(Some(branch)) = head.symbolic_target() else {
        let commit = head.peel_to_commit()?.id();
        return Ok(Head::Detached { commit: from_oid(commit)? });
    };
    let branch = branch.to_owned();
    match repository.refname_to_id(&branch) {
        Ok(commit) => Ok(Head::Branch { branch, commit: from_oid(commit)? }),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(Head::Unborn { branch }),
        Err(error) => Err(error),
    }
}

pub(super) fn resolve(repository: &Repository, revision: &str) -> Result<ObjectId, Error> {
    from_oid(repository.revparse_single(revision)?.peel_to_commit()?.id())
}

/// The files that differ under the directory `prefix`.
pub(super) fn diff_trees(
    repository: &Repository,
    before: Option<&ObjectId>,
    after: &ObjectId,
    prefix: &str,
) -> Result<Vec<RawChange>, Error> {
    let old = before.map(|id| subtree(repository, id, prefix)).transpose()?.flatten();
    let new = subtree(repository, after, prefix)?;
    let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let mut changes = Vec::new();
    compare(repository, old.as_ref(), new.as_ref(), &start, &mut changes)?;
    // As Git sorts its index: a tree that became a file stands where the file does.
    changes.sort_by(|one, other| one.path.cmp(&other.path).then(one.new.is_some().cmp(&other.new.is_some())));
    Ok(changes)
}

/// Adds the files that differ between two trees. libgit2 has this too, but opens every tree below, equal or not.
fn compare(
    repository: &Repository,
    old: Option<&Tree<'_>>,
    new: Option<&Tree<'_>>,
    prefix: &str,
    changes: &mut Vec<RawChange>,
) -> Result<(), Error> {
    let mut sides: BTreeMap<Vec<u8>, [Option<(Oid, i32)>; 2]> = BTreeMap::new();
    for (side, tree) in [old, new].into_iter().enumerate() {
        for entry in tree.into_iter().flatten() {
            sides.entry(entry.name_bytes().to_vec()).or_default()[side] = Some((entry.id(), entry.filemode_raw()));
        }
    }
    for (name, [old, new]) in sides.into_iter().filter(|(_, [old, new])| old != new) {
        let path = format!("{prefix}{}", String::from_utf8_lossy(&name));
        let is_tree = |side: &Option<(Oid, i32)>| side.is_some_and(|(_, mode)| mode == i32::from(git2::FileMode::Tree));
        let subtree = |side: &Option<(Oid, i32)>| match side {
            Some((id, _)) if is_tree(side) => repository.find_tree(*id).map(Some),
            _ => Ok(None),
        };
        if is_tree(&old) || is_tree(&new) {
            compare(repository, subtree(&old)?.as_ref(), subtree(&new)?.as_ref(), &format!("{path}/"), changes)?;
        }
        let file = |side: Option<(Oid, i32)>| side.filter(|_| !is_tree(&side));
        let (old, new) = (file(old), file(new));
        let kind = |(_, mode): (Oid, i32)| mode & 0o170_000;
        let status = match (old, new) {
            (Some(old), Some(new)) if kind(old) == kind(new) => 'M',
            (Some(_), Some(_)) => 'T',
            (Some(_), None) => 'D',
            (None, Some(_)) => 'A',
            (None, None) => continue,
        };
        let mode = |side: Option<(Oid, i32)>| side.map_or(0, |(_, mode)| mode.cast_unsigned());
        let id = |side: Option<(Oid, i32)>| side.map(|(id, _)| from_oid(id)).transpose();
        changes.push(RawChange {
            path,
            status,
            old_mode: mode(old),
            new_mode: mode(new),
            old: id(old)?,
            new: id(new)?,
            other_parents: Vec::new(),
        });
    }
    Ok(())
}

/// The files at or under `prefix` that differ, or may, between a commit and the work tree, with what they are in the
/// commit.
pub(super) fn changed_in_work_tree(
    repository: &Repository,
    commit: &ObjectId,
    prefix: &str,
) -> Result<Vec<WorkTreeChange>, Error> {
    let tree = tree(repository, commit)?;
    let mut options = git2::DiffOptions::new();
    options.pathspec(prefix).disable_pathspec_match(true).ignore_submodules(true).update_index(false);
    options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(true).recurse_ignored_dirs(true);
    options.include_typechange(true).include_unreadable(true).skip_binary_check(true);
    let differences = repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
    let mut changes: BTreeMap<String, Option<(ObjectId, u32)>> = BTreeMap::new();
    for delta in differences.deltas() {
        let Some(path) = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes()) else { continue };
        let path = String::from_utf8_lossy(path).into_owned();
        let old = match delta.status() {
            Delta::Modified | Delta::Deleted | Delta::Typechange => {
                let old = delta.old_file();
                Some((from_oid(old.id())?, u32::from(old.mode())))
            }
            // It may have been staged as deleted before, or is in a merge.
            _ => entry(repository, commit, &path)?.map(|entry| (entry.id, entry.mode)),
        };
        changes.insert(path, old);
    }
    Ok(changes.into_iter().map(|(path, old)| WorkTreeChange { path, old }).collect())
}

/// The tree of the directory `prefix` in a commit; `None` when there is no such directory.
fn subtree<'r>(repository: &'r Repository, commit: &ObjectId, prefix: &str) -> Result<Option<Tree<'r>>, Error> {
    let top = tree(repository, commit)?;
    if prefix.is_empty() {
        return Ok(Some(top));
    }
    match top.get_path(prefix.as_ref()) {
        Ok(found) if found.kind() == Some(git2::ObjectType::Tree) => repository.find_tree(found.id()).map(Some),
        Ok(_) => Ok(None),
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn merge_base(repository: &Repository, one: &ObjectId, other: &ObjectId) -> Result<Option<ObjectId>, Error> {
    match repository.merge_base(to_oid(one)?, to_oid(other)?) {
        Ok(found) => from_oid(found).map(Some),
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Merge => Ok(None),
        Err(error) => Err(error),
    }
}
