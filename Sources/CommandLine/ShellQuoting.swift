extension String {
    /// The text in single quotes, as bash and zsh read it.
    package var shellQuoted: String { "'\(replacing("'", with: #"'\''"#))'" }
}
