//! Activation strategies: any of them switches a toggle on.

use super::{Off, Strategy, Toggle, constraint};
use crate::exchange::build::{test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::read::Node;
use crate::model::{AttributePath, Bucketing, By, Condition, Scalar, Share};

/// Who is drawn by what.
pub(super) enum Stickiness {
    /// `userId`, else `sessionId`, else at random.
    Default,
    /// At random every time.
    Random,
    /// A field of the context.
    Field(AttributePath),
}

impl Stickiness {
    pub(super) fn of(node: &Node<'_>, name: Option<&str>) -> Result<Self, Box<Item>> {
        match name {
            None | Some("default") => Ok(Self::Default),
            Some("random") => Ok(Self::Random),
            Some(name) => constraint::field(node, name).map(Self::Field),
        }
    }

    pub(super) fn by(&self) -> Option<By> {
        match self {
            Self::Default => {
                let names = ["userId", "sessionId"].iter().filter_map(|name| AttributePath::parse(name));
                Some(By::First(names.collect()))
            }
            Self::Field(path) => Some(By::One(path.clone())),
            Self::Random => None,
        }
    }
}

impl<'n> Toggle<'_, 'n> {
    /// Its strategies; `Off` when Unleash can't make sense of one and keeps the whole toggle off.
    pub(super) fn strategies(&self, items: &mut Vec<Item>) -> Result<Result<Vec<Strategy<'n>>, Off>, Box<Item>> {
        let mut all = Vec::new();
        for node in self.node.get("strategies").iter().flat_map(Node::items) {
            if node.flag("disabled") == Some(true) {
                continue;
            }
            let own = self.activation(&node, items)?;
            let constraints: Vec<Node<'_>> = node.get("constraints").iter().flat_map(Node::items).collect();
            let constraints = match constraint::all(&constraints, items)? {
                Ok(formula) => formula,
                Err(off) => return Ok(Err(off)),
            };
            let mut formula = constraints;
            for segment in node.get("segments").iter().flat_map(Node::items) {
                let id = segment.json.to_string();
                match self.segments.get(&id) {
                    Some(Some(name)) => formula = formula.and(Formula::When(Condition::Segment(name.clone()))),
                    Some(None) => formula = Formula::Known(false),
                    None if self.segments.contains_key(&format!("{id} ")) => {}
                    None => return Ok(Err(Off(format!("it names the segment {id}, which is not there")))),
                }
            }
            let title = node.text("title").map(str::to_owned).filter(|title| !title.is_empty());
            all.push(Strategy { when: formula.and(own), title, node });
        }
        Ok(Ok(all))
    }

    /// Whom a strategy switches on, apart from its constraints.
    fn activation(&self, node: &Node<'_>, items: &mut Vec<Item>) -> Result<Formula, Box<Item>> {
        let parameters = node.get("parameters");
        let parameter = |name: &str| {
            parameters.as_ref().and_then(|all| {
                let value = all.json.get(name)?;
                value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
            })
        };
        let percent = |name: &str| parameter(name).and_then(|text| text.parse::<u32>().ok());
        let share = |percent: u32| Share::from_steps(percent * 1000);
        let text = |name: &str| Scalar::Text(name.to_owned());
        let attribute = |name: &str| constraint::field(node, name);
        match node.text("name").unwrap_or_default() {
            "default" => Ok(Formula::Known(true)),
            "userWithId" => Ok(match parameter("userIds") {
                None => Formula::Known(false),
                Some(ids) => {
                    let ids = ids.split(',').map(|id| text(id.trim())).collect();
                    Formula::When(test_any(&attribute("userId")?, "in", ids))
                }
            }),
            "remoteAddress" => Ok(match parameter("IPs") {
                None => Formula::Known(false),
                Some(networks) => {
                    let networks: Vec<&str> = networks.split(',').map(str::trim).collect();
                    constraint::networks(&attribute("remoteAddress")?, &networks)
                }
            }),
            "gradualRolloutUserId" | "gradualRolloutSessionId" => {
                let field = if node.text("name") == Some("gradualRolloutUserId") { "userId" } else { "sessionId" };
                match (percent("percentage").and_then(share), parameter("groupId")) {
                    (Some(share), Some(group)) => {
                        rollout(node, share, &Stickiness::Field(attribute(field)?), &group, items)
                    }
                    _ => Ok(Formula::Known(false)),
                }
            }
            "gradualRolloutRandom" => match percent("percentage") {
                None | Some(0) => Ok(Formula::Known(false)),
                Some(100..) => Ok(Formula::Known(true)),
                Some(percent) => Err(random(node, percent)),
            },
            "flexibleRollout" => {
                let Some(share) = percent("rollout").and_then(share) else { return Ok(Formula::Known(false)) };
                let stickiness = Stickiness::of(node, parameter("stickiness").as_deref())?;
                let group = parameter("groupId").unwrap_or_else(|| self.name.to_owned());
                rollout(node, share, &stickiness, &group, items)
            }
            "applicationHostname" => Err(node.unlike(
                "`applicationHostname` asks for the name of the machine, which contexts do not carry",
                "put the name into the context and compare it there",
            )),
            other => Err(node.unlike(
                format!("`{other}` is a strategy of your own: only your code knows what it does"),
                "write it as constraints",
            )),
        }
    }
}

fn random(node: &Node<'_>, percent: u32) -> Box<Item> {
    node.unlike(
        format!("{percent} % of evaluations are drawn at random, another time another answer"),
        "choose a stickiness, so that a user gets one answer",
    )
}

/// Whom a share of everyone is, by bucket.
fn rollout(
    node: &Node<'_>,
    share: Share,
    stickiness: &Stickiness,
    group: &str,
    items: &mut Vec<Item>,
) -> Result<Formula, Box<Item>> {
    if share == Share::ZERO {
        return Ok(Formula::Known(false));
    }
    let drawn = |by: Option<By>| {
        let (salt, bucketing) = (Some(group.to_owned()), Some(Bucketing::Unleash));
        Formula::When(Condition::Percentage { share, by, salt, bucketing })
    };
    match stickiness {
        // Whoever has no unit is drawn at random, and is in.
        Stickiness::Default | Stickiness::Random if share == Share::FULL => Ok(Formula::Known(true)),
        Stickiness::Random => Err(random(node, share.steps() / 1000)),
        // A missing field is never in, not even at 100 %.
        Stickiness::Field(path) if share == Share::FULL => {
            Ok(Formula::When(test(path, "has_type", Scalar::Text("text".into()))))
        }
        _ if group.is_empty() => Err(node.unlike("its `groupId` is empty, which a salt can't be", "give it one")),
        Stickiness::Field(_) => Ok(drawn(stickiness.by())),
        Stickiness::Default => {
            items.push(*node.item(
                Kept::Otherwise,
                "contexts without `userId` and `sessionId` are drawn at random there, and are outside here",
                "send a `userId` or a `sessionId` with every context",
            ));
            Ok(drawn(stickiness.by()))
        }
    }
}
