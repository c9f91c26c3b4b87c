//! The program's mark, as the window system wants it.

/// The application icon: 256 × 256 pixels.
pub fn icon() -> egui::IconData {
    // The bytes are part of the program and a test decodes them; a window without a mark is still a window.
    eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon.png")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::icon;

    #[test]
    fn the_icon_decodes_to_a_square_of_256_pixels() {
        let icon = icon();
        assert_eq!((icon.width, icon.height), (256, 256));
        assert_eq!(icon.rgba.len(), 256 * 256 * 4);
    }
}
