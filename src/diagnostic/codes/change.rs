//! Codes of writing commands, rollback and undo.

use super::codes;

codes! {
    REASON_REQUIRED = "F250" "reason-required" Error
        "a protected environment asks for a reason"
        "The project marks the environment `protected: true`: every change says why. Pass `--reason \"…\"`; it becomes part of the commit.";
    CONFIRMATION_NEEDED = "F251" "confirmation-needed" Error
        "a protected environment asks for confirmation"
        "On a terminal the command asks. In a script, pass `--yes` once you know what the change does; `--dry-run` shows it.";
    DECLINED = "F252" "declined" Error
        "not confirmed, nothing was changed"
        "The question was answered with no, so nothing was changed. Run the command again to be asked again, or pass `--yes`.";
    STILL_REFERENCED = "F253" "still-referenced" Error
        "something still refers to it"
        "Deleting it would break what refers to it. The message lists the places; change them first, or use `archive` to switch a flag off for good and keep it.";
    ALREADY_EXISTS = "F254" "already-exists" Error
        "it exists already"
        "Names are unique in the repository, ignoring case. `git flag show KEY` prints what is there.";
    NOTHING_TO_UNDO = "F255" "nothing-to-undo" Error
        "there is nothing to undo"
        "No change of that flag (or environment) is left that was not undone already.";
    ROLLBACK_CONFLICT = "F256" "rollback-conflict" Error
        "a later change touched the same part"
        "Undoing the older change would overwrite a newer one. Undo the newer one first (`git flag log KEY` lists them), or change the flag by hand.";
    ROLLBACK_DANGLING = "F257" "rollback-dangling" Error
        "what would come back refers to something that is gone"
        "The restored state names a segment, flag, environment or ring that no longer exists. Restore that first.";
    WOULD_NOT_VALIDATE = "F258" "would-not-validate" Error
        "the change would break the repository"
        "The result was checked before anything was written, and it has errors that were not there before. They are listed with it. Nothing was changed.";
    MISSING_OPTION = "F259" "missing-option" Error
        "an option is missing"
        "On a terminal the command would have asked. In a script, pass the option that the message names.";
    BAD_ARGUMENT = "F260" "bad-argument" Error
        "an argument does not fit"
        "The message says what was given and what is expected; `git flag COMMAND --help` has examples.";
    NOT_EDITABLE = "F261" "not-editable" Error
        "the file is written in a way that can't be edited without losing something"
        "The edit was tried and checked, and it would have changed more than it should. Nothing was changed. Edit the file by hand, or simplify how that part is written.";
    EDIT_ABORTED = "F262" "edit-aborted" Error
        "the edit was not accepted"
        "The editor failed, or the file was left as it was or with errors. Nothing was changed.";
    NOT_THERE = "F263" "not-there" Error
        "the flag has no such part"
        "The rule, variant, target or requirement that was named is not there. `git flag show KEY` prints the flag.";
    WRONG_TYPE_OF_FLAG = "F264" "wrong-type-of-flag" Error
        "that does not go with a flag of this type"
        "A boolean flag has the variants `on` and `off` and is ramped by percentages; other types have variants of their own and can be split between them.";
    BRANCH_NOT_SUPPORTED = "F265" "branch-elsewhere" Error
        "the branch is checked out elsewhere"
        "A branch that another work tree has checked out can't be written from here: its files would no longer fit. Run the command there.";
    OPERATION_TAKEN = "F266" "operation-taken" Error
        "the operation's id belongs to another operation"
        "Repeating a call with its `--op-id` does nothing more, which makes scripts safe to try again. This id stands on a commit of another flag, action or environment, so the call is no repetition. Use an id of its own for every operation.";
}
