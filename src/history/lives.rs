//! Which touches are of one flag.
//!
//! A flag is a file, and goes with it: to another folder, and to another key with the same buckets. It begins where a commit
//! adds the file, unless another branch has added it before, and it ends where the file is removed; what is added in the
//! same place afterwards is another life of the key. Branches that do not know of a move yet still change the flag in its
//! old place.
//!
//! This is told along the order of touches, oldest first, so that it stays the same as a branch goes on.

use super::touch::{FileVersion, Touch, TouchKind};
use crate::model::FlagKey;
use std::collections::HashMap;

/// The life that each touch is of.
pub(super) struct LivesOf<'t> {
    /// For each touch, in the order of the touches: the number of its life.
    pub(super) lives: Vec<usize>,
    /// For each life: the one that ended in the file before it began there.
    before: Vec<Option<usize>>,
    files: HashMap<&'t str, Seat>,
}

/// The life that was in a file last.
#[derive(Clone, Copy)]
struct Seat {
    life: usize,
    state: SeatState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SeatState {
    Here,
    /// In another file, which some branches do not know yet.
    Moved,
    Ended,
}

impl<'t> LivesOf<'t> {
    /// Those of all touches, newest first.
    pub(super) fn new(touches: &'t [Touch]) -> Self {
        let mut found = Self { lives: Vec::new(), before: Vec::new(), files: HashMap::new() };
        let mut lives = Vec::with_capacity(touches.len());
        // What one commit did, it did at once: flags may have swapped their keys.
        for commit in touches.chunk_by(|one, other| one.commit == other.commit).rev() {
            let of_commit: Vec<usize> = commit.iter().map(|touch| found.life(touch)).collect();
            commit.iter().zip(&of_commit).for_each(|(touch, life)| found.leave(touch, *life));
            commit.iter().zip(&of_commit).for_each(|(touch, life)| found.settle(touch, *life));
            lives.extend(of_commit.into_iter().rev());
        }
        lives.reverse();
        found.lives = lives;
        found
    }

    fn life(&mut self, touch: &'t Touch) -> usize {
        if let (None, Some(after), TouchKind::Own) = (&touch.before, &touch.after, &touch.kind) {
            return match self.files.get(after.path.as_str()) {
                Some(Seat { life, state: SeatState::Here }) => *life,
                Some(Seat { life, state: SeatState::Ended }) => self.begin(Some(*life)),
                Some(Seat { state: SeatState::Moved, .. }) | None => self.begin(None),
            };
        }
        match versions(touch).find_map(|version| self.files.get(version.path.as_str())) {
            Some(seat) => seat.life,
            None => self.begin(None),
        }
    }

    fn begin(&mut self, before: Option<usize>) -> usize {
        self.before.push(before);
        self.before.len() - 1
    }

    /// Empties the files that the flag is no longer in.
    fn leave(&mut self, touch: &'t Touch, life: usize) {
        let after = touch.after.as_ref().map(|version| version.path.as_str());
        let state = if after.is_some() { SeatState::Moved } else { SeatState::Ended };
        for version in versions(touch).filter(|version| Some(version.path.as_str()) != after) {
            let seat = self.files.entry(&version.path).or_insert(Seat { life, state });
            if seat.life == life && seat.state == SeatState::Here {
                seat.state = state;
            }
        }
    }

    /// Puts the flag into the file that it is in now.
    fn settle(&mut self, touch: &'t Touch, life: usize) {
        let Some(after) = touch.after.as_ref().map(|version| version.path.as_str()) else { return };
        let stays = touch.kind == TouchKind::Own && touch.before.as_ref().is_some_and(|before| before.path == after);
        let seat = self.files.entry(after).or_insert(Seat { life, state: SeatState::Here });
        // A branch that changes the flag where it was does not bring it back there.
        if !(stays && seat.state == SeatState::Moved) {
            *seat = Seat { life, state: SeatState::Here };
        }
    }
}

/// All that a touch names.
fn versions(touch: &Touch) -> impl Iterator<Item = &FileVersion> {
    let sides = match &touch.kind {
        TouchKind::Merge { sides, .. } => sides.as_slice(),
        TouchKind::Own => &[],
    };
    let sides = sides.iter().flat_map(|(base, side)| [side.as_ref(), base.as_ref()]);
    [touch.before.as_ref(), touch.after.as_ref()].into_iter().chain(sides).flatten()
}

/// A touch and the number of the life that it is of.
pub(super) type Lived = (Touch, usize);

/// Of all touches, newest first, those of the flag that is in the file `path` now, or that had this key last, and of those
/// that were deleted before in the file that it was created in.
pub(super) fn of_flag(touches: Vec<Touch>, key: &FlagKey, path: Option<&str>) -> Vec<Lived> {
    chosen(touches, key, path, false)
}

/// Of all touches, newest first, those of every flag that ever had this key, from its beginning, whatever its keys were
/// then, until it lost this one.
pub(super) fn of_key(touches: Vec<Touch>, key: &FlagKey, path: Option<&str>) -> Vec<Lived> {
    chosen(touches, key, path, true)
}

fn chosen(touches: Vec<Touch>, key: &FlagKey, path: Option<&str>, every: bool) -> Vec<Lived> {
    let found = LivesOf::new(&touches);
    let is_of_key = |touch: &Touch| versions(touch).any(|version| version.key == *key);
    let last = || touches.iter().position(is_of_key);
    let (from, life) = match path.and_then(|path| found.files.get(path)).map(|seat| seat.life) {
        Some(life) => (0, life),
        // What it became afterwards is told under its new key.
        None => match last() {
            Some(at) => (at, found.lives[at]),
            None => return Vec::new(),
        },
    };
    // For each wanted life, the newest touch that is wanted. All older ones are, since each digest depends on them.
    let mut wanted: HashMap<usize, usize> =
        std::iter::successors(Some(life), |life| found.before[*life]).map(|life| (life, from)).collect();
    if every {
        for (at, (touch, life)) in touches.iter().zip(&found.lives).enumerate() {
            if is_of_key(touch) {
                wanted.entry(*life).or_insert(at);
            }
        }
    }
    let lives = found.lives;
    let lived = touches.into_iter().zip(lives).enumerate();
    let is = |(at, (_, life)): &(usize, Lived)| wanted.get(life).is_some_and(|from| at >= from);
    lived.filter(is).map(|(_, lived)| lived).collect()
}
