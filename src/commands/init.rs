use super::plan_report::PlanReport;
use super::values::name_of;
use super::writing::{Purpose, WriteArgs};
use crate::commands::Session;
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result};
use crate::document;
use crate::model::{Catalog, EnvironmentName, Project, ProjectEnvironment};
use crate::project::{
    Attempt, FileEdit, Files, Message, Plan, Root, find_root, layout, load_project, new_operation_id,
};
use crate::render::{Format, Outcome};
use crate::source::FilePath;

/// Start a repository of flags: `flags/project.yaml`, and schemas for editors
///
/// Runs in the folder that shall hold `flags/`, usually the top of a Git repository. Where there is a repository of flags
/// already, only outdated schemas are brought up to date.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag init
  git flag init --environments dev,live
  git flag init --dry-run")]
pub struct Args {
    /// The environments, in promotion order.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "development,staging,production")]
    environments: Vec<String>,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let write = &args.write;
    session.set_format(write.format.choose(&[Format::Markdown])?);
    let environments = environments(&args.environments)?;
    let directory = session.directory().to_path_buf();
    if !directory.is_dir() {
        return Err(Failure::new(&repository::IO_FAILED, format!("there is no folder `{}`", directory.display()))
            .help("make it first, or name another with `-C`"));
    }
    let root = match find_root(&directory) {
        Some(_) => Root::discover(&directory)?,
        None => Root::new_at(&directory)?,
    };
    if root.repository().is_none() && !write.no_commit && !write.dry_run {
        return Err(Failure::new(&repository::NO_REPOSITORY, "this is not a Git repository")
            .help("`git init` makes one; `git flag init --no-commit` only writes the files"));
    }
    root.recover()?;
    let operation = write.op_id.clone().unwrap_or_else(new_operation_id);
    let options = write.options();
    let on_disk = write.branch.is_none() && root.directory().join(layout::PROJECT).is_file();
    let mut found = Found::Nothing;
    let done = root.write(&options, |base| {
        let is_there = base.read(layout::PROJECT)?.is_some();
        found = if is_there { Found::Project } else { Found::Nothing };
        if !is_there && on_disk {
            found = Found::Uncommitted;
        }
        let edits = if matches!(found, Found::Uncommitted) { Vec::new() } else { edits(base, &environments)? };
        let project = if is_there { load_project(base)? } else { Project::with_environments(environments.clone()) };
        let message = Message {
            subject: "project".into(),
            what: if is_there { "refresh schemas".into() } else { "start a repository of flags".into() },
            action: "init".into(),
            reason: write.reason.clone(),
            ticket: write.ticket.clone(),
            operation: operation.clone(),
            ..Message::default()
        };
        let catalog = Catalog::new(project);
        let plan = Plan { edits, message, differences: Vec::new(), before: catalog.clone(), after: catalog };
        Ok(if plan.edits.is_empty() || write.dry_run { Attempt::Show(plan) } else { Attempt::Commit(plan) })
    })?;
    let purpose = Purpose {
        subject: "project".into(),
        action: "init",
        nothing: match found {
            Found::Uncommitted => {
                "`flags/project.yaml` is there already, but not committed; next: git add flags && git commit".into()
            }
            Found::Project | Found::Nothing => "this is a repository of flags already, nothing to change".into(),
        },
        ..Purpose::default()
    };
    let names: Vec<&str> = done.plan.after.project.environment_names().collect();
    let started = format!("a repository of flags with the environments {}", names.join(", "));
    let written = !done.plan.edits.is_empty() && !write.dry_run;
    let mut outcome = PlanReport::new(done, &root, session.now(), write).outcome(session, &purpose)?;
    match found {
        Found::Nothing if written => {
            outcome.notes.insert(0, started);
            outcome.notes.push("then: git flag create my-first-flag --type boolean".into());
        }
        Found::Project if written => {
            outcome.notes.insert(0, "brought the schemas in `flags/.schemas` up to date".into());
        }
        _ => {}
    }
    Ok(outcome)
}

/// What is there before.
enum Found {
    Nothing,
    Project,
    Uncommitted,
}

fn environments(names: &[String]) -> Result<Vec<ProjectEnvironment>> {
    let mut environments: Vec<ProjectEnvironment> = Vec::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if environments.iter().any(|other| other.name.as_str().eq_ignore_ascii_case(name)) {
            return Err(Failure::new(&change::BAD_ARGUMENT, format!("the environment `{name}` stands twice"))
                .help("name each once"));
        }
        let name = name_of("an environment", name, EnvironmentName::new)?;
        environments.push(ProjectEnvironment { name, description: None, protected: false });
    }
    if environments.is_empty() {
        return Err(Failure::new(&change::BAD_ARGUMENT, "a project needs an environment")
            .help("such as `--environments staging,production`"));
    }
    Ok(environments)
}

/// The project file where there is none, and schemas that differ.
fn edits(base: &Files<'_>, environments: &[ProjectEnvironment]) -> Result<Vec<FileEdit>> {
    let mut edits = Vec::new();
    if base.read(layout::PROJECT)?.is_none() {
        edits.push(FileEdit { path: layout::PROJECT.into(), before: None, after: Some(project_text(environments)) });
    }
    for (name, schema) in document::schema::schemas() {
        let path: FilePath = format!("{}/{name}", layout::SCHEMAS).into();
        let before = base.read(&path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let after = format!("{schema:#}\n");
        if before.as_ref() != Some(&after) {
            edits.push(FileEdit { path, before, after: Some(after) });
        }
    }
    Ok(edits)
}

fn project_text(environments: &[ProjectEnvironment]) -> String {
    let lines: String = environments
        .iter()
        .map(|environment| format!("  - {{name: {}}}\n", quoted(environment.name.as_str())))
        .collect();
    format!(
        "# yaml-language-server: $schema=.schemas/project.schema.json\n\
         # A repository of feature flags: one file per flag, its name is the flag's key. `git flag -h` shows what to do.\n\
         format: 1\n\
         \n\
         # In promotion order. `protected: true` makes every change there ask for a reason and a confirmation:\n\
         #   - {{name: production, protected: true}}\n\
         environments:\n\
         {lines}\
         \n\
         # What evaluation contexts may carry; conditions are checked against it.\n\
         # attributes:\n\
         #   plan: {{type: string, enum: [free, pro, enterprise]}}\n\
         #   account.age_days: {{type: integer}}\n\
         \n\
         # Levels of lints where they differ: error, warning, info, \"off\" (with its quotes).\n\
         # lints: {{missing-owner: error}}\n"
    )
}

/// Names such as `on` or `1` are text only in quotes.
fn quoted(name: &str) -> String {
    let is_text = matches!(crate::yaml::resolve(name), crate::yaml::Resolved::Text(_));
    if is_text && crate::yaml::misread_by_yaml_1_1(name).is_none() { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::read_project_file;

    #[test]
    fn the_project_file_reads_and_has_the_environments() {
        let wanted = environments(&["dev", "no", "1"].map(str::to_owned)).unwrap();
        let read = read_project_file(project_text(&wanted).into_bytes());
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!(read.value.unwrap(), Project::with_environments(wanted));
    }

    #[test]
    fn environments_are_names_and_each_stands_once() {
        assert!(environments(&[String::new()]).is_err());
        assert!(environments(&["a".to_owned(), "A".to_owned()]).is_err());
        assert!(environments(&["a b".to_owned()]).is_err());
        assert_eq!(environments(&[" a".to_owned(), "b ".to_owned()]).unwrap().len(), 2);
    }
}
