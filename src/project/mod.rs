//! A repository of flags: where it is, how it is read, and how it is changed.

mod draft;
mod failure;
mod files;
mod findings;
pub mod layout;
mod load;
mod message;
mod plain;
mod plan;
mod read;
mod root;
mod standard;
mod validate;
mod verdict;
mod work_tree;
mod write;

pub use draft::{Draft, FileEdit, FlagFile, SegmentFile};
pub use files::{Content, Files, Found, Kind, find_root, reason};
pub use load::{Loaded, file_failure, load_all, load_closure, load_project, segments_of, segments_of_flag};
pub use message::{Message, Told, fold, operations, trailer, trailers};
pub use plan::Plan;
pub use read::{
    Read, decode_text, misplaced, not_a_folder, not_plain, read_flag, read_golden, read_project_file, read_segment,
    read_segment_tests, read_tests,
};
pub use root::{Root, View, no_commits};
pub use validate::{Validation, validate};
pub use write::{Attempt, Done, Operation, WriteOptions, find_operation, new_operation_id, push_failed};
