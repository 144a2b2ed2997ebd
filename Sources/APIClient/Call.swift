import FoundationEssentials

/// One request to the API.
struct Call: Sendable {
    enum Method: String, Sendable { case get, post, patch, delete }

    enum Body: Sendable {
        case none
        case json(Data)
        case upload(MultipartUpload)
    }

    var method: Method
    /// Percent-encoded, with its query.
    var target: String
    var body: Body = .none
    var accept = "application/json"
    /// Sent as `Last-Event-ID`.
    var lastEventID: String?

    init(_ method: Method, _ path: PathSegments, query: [(String, String?)] = []) {
        self.method = method
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(PathSegments.escaped($0))" } }
        target = pairs.isEmpty ? path.text : "\(path.text)?\(pairs.joined(separator: "&"))"
    }
}

/// A path in which every inserted value is escaped: `"/api/project/\(name)/env"` cannot leave its segment.
struct PathSegments: ExpressibleByStringInterpolation, Sendable {
    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += PathSegments.escaped(value.description)
        }
    }

    let text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// All but the unreserved characters of RFC 3986 section 2.3 as `%XX`.
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where text != "." && text != "..":
                result.append(".")
            default:
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
