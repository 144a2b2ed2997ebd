/// Rows under titles, no wider than the terminal.
package struct Table: Sendable {
    package enum Alignment: Sendable { case left, right }

    package struct Column: Sendable {
        package var title: String
        package var alignment: Alignment
        /// Whether its text may be cut to make the table fit.
        package var shrinks: Bool

        package init(_ title: String, _ alignment: Alignment = .left, shrinks: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.shrinks = shrinks
        }
    }

    package struct Cell: Sendable, ExpressibleByStringInterpolation {
        package var text: String
        package var mark: Style.Mark?

        package init(_ text: String, _ mark: Style.Mark? = nil) {
            self.text = TerminalText.safe(text)
            self.mark = mark
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    private static let gap = 2
    private static let narrowest = 6
    private let columns: [Column]
    private var rows: [[Cell]] = []

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    package mutating func add(_ cells: [Cell]) {
        rows.append(cells)
    }

    package func lines(on terminal: Terminal) -> [String] {
        let style = Style(usesColour: terminal.usesColour)
        let widths = widths(within: terminal.width)
        let titles = columns.map { Cell($0.title.uppercased(), .dim) }
        return ([titles] + rows).map { line($0, widths: widths, style: style) }
    }

    // MARK: - Private

    private func widths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(TerminalText.columns(columns[index].title)) { widest, row in
                max(widest, index < row.count ? TerminalText.columns(row[index].text) : 0)
            }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) - limit
        while excess > 0 {
            let candidates = widths.indices.filter { columns[$0].shrinks && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], widths: [Int], style: Style) -> String {
        let gap = String(repeating: " ", count: Self.gap)
        let texts = zip(cells, zip(columns, widths)).map { cell, shape in
            let (column, width) = shape
            let text = TerminalText.cut(cell.text, to: width)
            let blanks = String(repeating: " ", count: max(0, width - TerminalText.columns(text)))
            let marked = cell.mark.map { style(text, $0) } ?? text
            return column.alignment == .left ? marked + blanks : blanks + marked
        }
        var line = texts.joined(separator: gap)
        while line.last == " " { line.removeLast() }
        return line
    }
}
