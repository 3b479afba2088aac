//! What tells one attribute from another: everything else is one pipeline.

use syn::Path;

/// A family member's defaults.
pub struct Preset {
    /// The attribute as users write it.
    pub attribute: &'static str,
    /// The variant of the runtime's `MethodKind`.
    pub kind: &'static str,
    /// Whether SQL is rewritten without being asked for.
    pub sql: bool,
    /// Whether it stands on impl blocks and traits, or on functions alone.
    pub blocks: bool,
}

pub const SERVICE: Preset = Preset::of_blocks("#[traced_service]", "Service");
pub const REPO: Preset = Preset { sql: true, ..Preset::of_blocks("#[repo]", "Repo") };
pub const CLIENT: Preset = Preset::of_blocks("#[traced_client]", "Client");
pub const JOB: Preset = Preset::of_blocks("#[traced_job]", "Job");
pub const FUNCTION: Preset = Preset { attribute: "#[traced]", kind: "Function", sql: false, blocks: false };

/// Whether a path is that of one of the attributes of blocks.
pub fn is_of_blocks(path: &Path) -> bool {
    let is_ours = path.segments.len() == 1 || path.segments[0].ident == "spanweave";
    let mut attributes = [&SERVICE, &REPO, &CLIENT, &JOB].into_iter();
    is_ours
        && path.segments.last().is_some_and(|last| {
            attributes.any(|preset| last.ident == preset.attribute.trim_matches(['#', '[', ']']))
        })
}

impl Preset {
    const fn of_blocks(attribute: &'static str, kind: &'static str) -> Preset {
        Preset { attribute, kind, sql: false, blocks: true }
    }

    /// The message for what mockall writes, and copies the attribute to.
    pub fn under_automock(&self) -> String {
        let attribute = self.attribute;
        format!("`#[automock]` copies `{attribute}` to what it writes; put it below `{attribute}`")
    }

    /// The message for an item that the attribute does not serve.
    pub fn refuses(&self, what: &str) -> String {
        let attribute = self.attribute;
        if self.blocks {
            format!(
                "`{attribute}` belongs on an impl block, a trait or a function, not on {what}; move it to `impl YourType {{ … }}`"
            )
        } else {
            format!(
                "`{attribute}` belongs on a function, not on {what}; for all methods of a type write `#[traced_service]` or `#[repo]`"
            )
        }
    }
}
