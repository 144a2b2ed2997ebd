package import Core
import FoundationEssentials

/// Everything that can be said about a server from outside, parsed once. The environment is read by `Commands` only.
package struct ServerConfiguration: Sendable {
    /// DATA, absolute.
    package var data: String
    /// `ADDR:PORT` of the plain listeners; port 0 lets the kernel choose.
    package var http: [String]
    package var https: [String]
    /// The dashboard's host. Nil: `localhost`, or as root the machine's address under sslip.io.
    package var domain: HostName?
    /// PATH of apps and builds.
    package var searchPath: String
    /// Of the Unix users that are made for projects; a second server on one machine needs its own.
    package var userPrefix: String
    /// Largest upload in bytes.
    package var uploadLimit: Int64

    package static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// What holds where nothing is said.
    package init(data: String, isRoot: Bool, searchPath: String) {
        self.data = data
        http = [isRoot ? "[::]:80" : "127.0.0.1:8080"]
        https = [isRoot ? "[::]:443" : "127.0.0.1:8443"]
        self.searchPath = searchPath
        userPrefix = "n"
        uploadLimit = 200_000_000
    }

    /// Applies a configuration file: JSON with any of `data`, `http`, `https`, `domain`, `user_prefix`,
    /// `upload_limit_bytes`.
    /// - Throws: `.invalidInput` naming the file and the member.
    package mutating func apply(file path: String) throws(NodePilotError) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .invalid("--config", "\(path) cannot be read", hint: "Check the path and its permissions.")
        }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: bytes)
        } catch {
            throw .invalid(
                "--config", "\(path) is not understood: \(Self.inWords(error))",
                hint: "See “Configuration” in the manual.")
        }
        data = file.data ?? data
        http = file.http ?? http
        https = file.https ?? https
        if let domain = file.domain { self.domain = try HostName(domain, field: "domain") }
        userPrefix = file.userPrefix ?? userPrefix
        uploadLimit = file.uploadLimit ?? uploadLimit
        try validate()
    }

    /// - Throws: `.invalidInput` naming the member.
    package func validate() throws(NodePilotError) {
        guard data.hasPrefix("/") else { throw .invalid("data", "must be an absolute path") }
        guard !https.isEmpty else { throw .invalid("https", "names no address", hint: "Write for example [::]:443.") }
        guard uploadLimit > 0 else { throw .invalid("upload_limit_bytes", "must be above 0") }
        let letters = userPrefix.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) }
        guard (1...12).contains(userPrefix.utf8.count), letters, let first = userPrefix.utf8.first, first >= 97 else {
            throw .invalid("user_prefix", "must be 1 to 12 lower-case letters and digits, beginning with a letter")
        }
    }

    // MARK: - Private

    /// What is wrong with which member, as a person would say it.
    private static func inWords(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            guard let member = context.codingPath.first?.stringValue else { return "it is no JSON object" }
            let wanted = kinds[member] ?? "of the type \(type)"
            return "“\(member)” is not \(wanted)"
        case DecodingError.dataCorrupted(let context):
            guard let member = context.codingPath.first?.stringValue else { return "it is not valid JSON" }
            let wanted = kinds[member].map { "“\(member)” is not \($0)" }
            return wanted ?? "there is no setting “\(member)”"
        default:
            return "\(error)"
        }
    }

    private static let kinds = [
        "data": "a text", "http": "a list of texts", "https": "a list of texts", "domain": "a text",
        "user_prefix": "a text", "upload_limit_bytes": "a whole number of bytes",
    ]

    private struct File: Decodable {
        var data: String?
        var http: [String]?
        var https: [String]?
        var domain: String?
        var userPrefix: String?
        var uploadLimit: Int64?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case data, http, https, domain
            case userPrefix = "user_prefix"
            case uploadLimit = "upload_limit_bytes"
        }

        init(from decoder: any Decoder) throws {
            try Self.refuseUnknown(decoder)
            let members = try decoder.container(keyedBy: CodingKeys.self)
            data = try members.decodeIfPresent(String.self, forKey: .data)
            http = try members.decodeIfPresent([String].self, forKey: .http)
            https = try members.decodeIfPresent([String].self, forKey: .https)
            domain = try members.decodeIfPresent(String.self, forKey: .domain)
            userPrefix = try members.decodeIfPresent(String.self, forKey: .userPrefix)
            uploadLimit = try members.decodeIfPresent(Int64.self, forKey: .uploadLimit)
        }

        private static func refuseUnknown(_ decoder: any Decoder) throws {
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: [key], debugDescription: "there is no setting “\(key.stringValue)”"))
            }
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
