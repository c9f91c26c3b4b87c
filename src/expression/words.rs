//! What the codes of the JSONata reference mean. Its own words may quote the reply, so they are not used.

/// What JSONata found wrong, in our words.
// flat: one line a code
pub(crate) fn words(code: &str) -> &'static str {
    match code {
        "T0410" | "T0411" | "T0412" => "a function was given something of another kind",
        "T1003" => "a name in an object is no text",
        "T1005" | "T1006" | "T1007" | "T1008" => "something is called that is no function",
        "T1010" => "a pattern is not one",
        "T2001" | "T2002" => "it calculates with something that is no number",
        "T2003" | "T2004" => "a range begins or ends with no integer",
        "T2006" => "what stands after `~>` is no function",
        "T2007" | "T2008" | "T2009" | "T2010" => "it compares or sorts things of different kinds",
        "D1001" => "a number became too large",
        "D1002" => "it negates something that is no number",
        "D1009" => "an object has a name twice",
        "D2014" | "D2015" => "a list grew too long",
        "D1011" | "U1001" => "it calls itself too often",
        "D3001" => "a function cannot be written as text",
        "D3030" => "a text is no number",
        "D3137" => "it says so itself by `$error`",
        "D3138" => "there is more than one where `$single` wants one",
        "D3139" => "there is none where `$single` wants one",
        "D3141" => "an `$assert` in it does not hold",
        "D3120" | "D3121" => "the text that `$eval` was given is no expression",
        _ => "JSONata could not go on",
    }
}
