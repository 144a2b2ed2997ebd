/// One field line of a head, as places in the head's bytes.
struct HeadField {
    var name: FieldName
    /// Where the line begins; its name is `nameLength` bytes long.
    var start: Int
    var nameLength: Int
    /// The value without the blanks around it.
    var value: Range<Int>
    /// Behind the line's CRLF.
    var end: Int

    /// Reads the lines from `start` to the empty line that ends the head (RFC 9112 section 5): nothing before the colon
    /// but a token, no line folding, no control character.
    static func parse(
        _ head: UnsafeRawBufferPointer, from start: Int, maximum: Int, into fields: inout [HeadField]
    ) throws(Rejection) {
        var position = start
        while head[position] != ASCII.carriageReturn {
            guard fields.count < maximum else { throw Rejection(431, "There are more than \(maximum) header fields.") }
            let field = try line(head, at: position)
            fields.append(field)
            position = field.end
        }
        guard position + 2 == head.count else { throw .malformed("A header line has a bare carriage return.") }
    }

    // MARK: - Private

    /// `head` ends with CRLF CRLF, so that neither loop runs past its end.
    private static func line(_ head: UnsafeRawBufferPointer, at start: Int) throws(Rejection) -> HeadField {
        var position = start
        while ASCII.isToken(head[position]) { position += 1 }
        guard position > start, head[position] == ASCII.colon else {
            throw .malformed("A header line does not begin with a name and a colon.")
        }
        let colon = position
        position += 1
        while ASCII.isBlank(head[position]) { position += 1 }
        let valueStart = position
        while ASCII.isFieldContent(head[position]) { position += 1 }
        guard head[position] == ASCII.carriageReturn, head[position + 1] == ASCII.lineFeed else {
            throw .malformed("A header value has a control character.")
        }
        var valueEnd = position
        while valueEnd > valueStart, ASCII.isBlank(head[valueEnd - 1]) { valueEnd -= 1 }
        let name = UnsafeRawBufferPointer(rebasing: head[start..<colon])
        return HeadField(
            name: FieldName(name), start: start, nameLength: colon - start, value: valueStart..<valueEnd,
            end: position + 2)
    }
}
