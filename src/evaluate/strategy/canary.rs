//! `canary: {stages, stage, soak}`: a share that people raise stage by stage.

use super::{Plan, Problems, Reader};
use crate::model::{Bucketing, Rollout, Setting};

pub(super) fn prepare(rollout: &Rollout, _: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let stages =
        reader.get("stages", None, |setting| if let Setting::Shares(shares) = setting { Some(shares) } else { None });
    let stage =
        reader.get("stage", None, |setting| if let Setting::Count(count) = setting { Some(*count) } else { None });
    let mut share = None;
    if let Some(stages) = stages {
        if stages.is_empty() {
            reader.problem("stages", "there is no stage");
        } else if let Some(pair) = stages.windows(2).find(|pair| pair[0] >= pair[1]) {
            let (before, after) = (pair[0], pair[1]);
            reader.problem("stages", format!("stages grow from one to the next, but {after} follows {before}"));
        }
        if let Some(stage) = stage {
            share = usize::try_from(stage).ok().and_then(|stage| stages.get(stage.checked_sub(1)?)).copied();
            if share.is_none() && !stages.is_empty() {
                reader.problem("stage", format!("there is no stage {stage}: stages count from 1 to {}", stages.len()));
            }
        }
    }
    reader.finish(share.map(Plan::Fixed))
}
