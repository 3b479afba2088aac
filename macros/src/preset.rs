//! What tells one attribute from another: everything else is one pipeline.

/// A family member's defaults.
pub struct Preset {
    /// The attribute as users write it.
    pub attribute: &'static str,
    /// The constructor of `::spanweave::Method` that names the kind of method.
    pub constructor: &'static str,
    /// Whether SQL is rewritten without being asked for.
    pub sql: bool,
}

pub const SERVICE: Preset = Preset { attribute: "#[traced_service]", constructor: "service", sql: false };

pub const REPO: Preset = Preset { attribute: "#[repo]", constructor: "repo", sql: true };

impl Preset {
    /// The message for an item that the attribute does not serve.
    pub fn refuses(&self, what: &str) -> String {
        let attribute = self.attribute;
        format!(
            "`{attribute}` belongs on an inherent impl block, not on {what}; move it to `impl YourType {{ … }}`"
        )
    }
}
