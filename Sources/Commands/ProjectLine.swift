import Core

/// A project's state in words: colour, a shape and a word.
enum ProjectLine {
    /// `● shop is running at https://shop.example.com`
    static func text(_ project: ProjectView, _ style: Style) -> String {
        let state = style("\(shape(project.status)) \(project.name)", mark(project.status))
        switch project.status {
        case .running: return "\(state) is running at \(TerminalText.safe(project.address))"
        case .error: return "\(state) has failed: \(TerminalText.safe(project.problem ?? "the log says why"))"
        case .deploying: return "\(state) has no release yet"
        case .starting, .stopping, .stopped: return "\(state) is \(project.status.rawValue)"
        }
    }

    static func cell(_ status: Project.Status) -> Table.Cell {
        Table.Cell("\(shape(status)) \(status.rawValue)", mark(status))
    }

    static func mark(_ status: Project.Status) -> Style.Mark {
        switch status {
        case .running: .green
        case .error: .red
        case .stopped: .dim
        case .deploying, .starting, .stopping: .yellow
        }
    }

    // MARK: - Private

    private static func shape(_ status: Project.Status) -> String {
        switch status {
        case .running: "●"
        case .error: "✗"
        case .stopped: "○"
        case .deploying, .starting, .stopping: "◐"
        }
    }
}
