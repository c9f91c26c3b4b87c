//! How the authorization response comes back: `response_mode` of OAuth 2.0 Multiple Response Type Encoding Practices section 2.1,
//! of OAuth 2.0 Form Post Response Mode, and of JARM, in whose modes the response is one signed JWT.

/// The name of the parameter of the authorization request.
pub const RESPONSE_MODE: &str = "response_mode";

/// Where the response is, and whether it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI, which is usual for a code.
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
    /// Signed, where the response type has its parameters: for a code, in the query.
    Jwt,
    /// Signed, in the query.
    QueryJwt,
    /// Signed, in the fragment.
    FragmentJwt,
    /// Signed, in a form.
    FormPostJwt,
}

impl ResponseMode {
    /// In the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::Query, Self::FormPost, Self::Fragment, Self::Jwt, Self::QueryJwt, Self::FormPostJwt, Self::FragmentJwt];

    /// The value of `response_mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::Jwt => "jwt",
            Self::QueryJwt => "query.jwt",
            Self::FragmentJwt => "fragment.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// The mode of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }

    /// Whether the response is a signed JWT (JARM).
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Jwt | Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }

    /// The same place, signed.
    #[must_use]
    pub fn signed(self) -> Self {
        match self {
            Self::Query => Self::QueryJwt,
            Self::Fragment => Self::FragmentJwt,
            Self::FormPost => Self::FormPostJwt,
            signed => signed,
        }
    }
}
