//! What Apple says when it does not take a message.

use serde::Deserialize;

macro_rules! reasons {
    ($($status:literal { $($(#[$doc:meta])* $name:ident,)* })*) => {
        /// Apple's reasons, by its names: "Handling notification responses from `APNs`".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        pub enum Reason {
            $($($(#[$doc])* $name,)*)*
            /// Any that is not documented.
            #[serde(other)]
            Other,
        }

        impl Reason {
            /// All that are documented, each with the status that it comes with.
            pub const DOCUMENTED: &[(Reason, u16)] = &[$($((Reason::$name, $status),)*)*];

            /// As Apple calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $($(Reason::$name => stringify!($name),)*)*
                    Reason::Other => "Other",
                }
            }
        }
    };
}

reasons! {
    400 {
        /// The collapse id is too long.
        BadCollapseId,
        /// The token is none, or one of the other environment.
        BadDeviceToken,
        /// The expiration is no time.
        BadExpirationDate,
        /// The id of the message is none.
        BadMessageId,
        /// The priority is none.
        BadPriority,
        /// The topic is none.
        BadTopic,
        /// The token is one of another app.
        DeviceTokenNotForTopic,
        /// A header is there twice.
        DuplicateHeaders,
        /// The connection was idle for too long.
        IdleTimeout,
        /// The type of the push is none.
        InvalidPushType,
        /// The path has no token.
        MissingDeviceToken,
        /// There is no topic.
        MissingTopic,
        /// There is no payload.
        PayloadEmpty,
        /// The topic is somebody else's.
        TopicDisallowed,
    }
    403 {
        /// The certificate is none.
        BadCertificate,
        /// The certificate is one of the other environment.
        BadCertificateEnvironment,
        /// The key is one of the other environment.
        BadEnvironmentKeyIdInToken,
        /// Our token is older than an hour.
        ExpiredProviderToken,
        /// It is not allowed.
        Forbidden,
        /// Our token is none, or its signature not ours.
        InvalidProviderToken,
        /// There is no token of ours.
        MissingProviderToken,
        /// The key is another than that of this connection's first push.
        UnrelatedKeyIdInToken,
    }
    404 {
        /// The path is none.
        BadPath,
    }
    405 {
        /// It was no `POST`.
        MethodNotAllowed,
    }
    410 {
        /// The token has expired.
        ExpiredToken,
        /// The app is not on the device any more.
        Unregistered,
    }
    413 {
        /// The payload is larger than 4,096 bytes.
        PayloadTooLarge,
    }
    429 {
        /// Our token was renewed more than once in twenty minutes.
        TooManyProviderTokenUpdates,
        /// Too many messages to one device.
        TooManyRequests,
    }
    500 {
        /// Apple's trouble.
        InternalServerError,
    }
    503 {
        /// Apple's trouble.
        ServiceUnavailable,
        /// The server is about to stop.
        Shutdown,
    }
}

impl Reason {
    /// Whether the device is not to be written to again.
    pub fn is_gone(self) -> bool {
        matches!(self, Reason::ExpiredToken | Reason::Unregistered)
    }

    /// Whether the device's token is not one of the configured app's.
    pub fn is_of_device_token(self) -> bool {
        matches!(self, Reason::BadDeviceToken | Reason::DeviceTokenNotForTopic)
    }

    /// Whether a new token of ours may mend it.
    pub fn is_of_provider_token(self) -> bool {
        matches!(self, Reason::ExpiredProviderToken | Reason::InvalidProviderToken)
    }

    /// Whether the same message may be taken later.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Reason::IdleTimeout
                | Reason::TooManyProviderTokenUpdates
                | Reason::TooManyRequests
                | Reason::InternalServerError
                | Reason::ServiceUnavailable
                | Reason::Shutdown
        )
    }
}
