//! An address as a QR code of text blocks, two rows of modules in a line, for the camera of another device.

use qrcodegen::{QrCode, QrCodeEcc};

/// Width of the quiet zone around the code, in modules.
const QUIET: i32 = 2;

/// The lines of the code; `None` if the text fits no code. With colours the light modules are white whatever the terminal looks
/// like; without, they are the blocks, as on a dark terminal.
pub(crate) fn lines(text: &str, has_colours: bool) -> Option<Vec<String>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let range = -QUIET..code.size() + QUIET;
    let block = |x: i32, y: i32| {
        // Beyond the last row there is nothing to draw.
        let is_light = |y: i32| y < range.end && !code.get_module(x, y);
        match (is_light(y), is_light(y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }
    };
    let line = |y: i32| {
        let blocks: String = range.clone().map(|x| block(x, y)).collect();
        if has_colours { format!("\u{1b}[97;40m{blocks}\u{1b}[0m") } else { blocks }
    };
    Some(range.clone().step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_are_the_modules() {
        let text = "https://example.com/device?user_code=WDJB-MJHT";
        let code = QrCode::encode_text(text, QrCodeEcc::Low).expect("short");
        let lines = lines(text, false).expect("short");
        let width = usize::try_from(code.size() + 2 * QUIET).expect("small");
        assert!(lines.iter().all(|line| line.chars().count() == width));
        for (at, line) in lines.iter().enumerate() {
            for (x, block) in line.chars().enumerate() {
                let [x, y] = [x, 2 * at].map(|at| i32::try_from(at).expect("small") - QUIET);
                assert_eq!(code.get_module(x, y), matches!(block, '▄' | ' '), "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_fits_no_code_has_none() {
        assert_eq!(lines(&"a".repeat(3000), false), None);
    }
}
