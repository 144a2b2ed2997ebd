import Core

/// The parts of `package.json` that matter here. Members of another type are as if they were not there: npm itself
/// judges the file when it installs.
struct PackageFile {
    let scripts: [String: String]
    let dependencies: Set<String>
    let developmentDependencies: Set<String>
    let main: String?
    /// `engines.node`
    let nodeRange: String?
    /// `pnpm` of `pnpm@9.1.0`
    let packageManager: String?

    init(_ text: String) throws(NodePilotError) {
        let members = try JSONValue.object(text, file: NodePlatform.file)
        scripts = members["scripts"]?.members.compactMapValues(\.string) ?? [:]
        dependencies = Set(
            ["dependencies", "optionalDependencies", "peerDependencies"].flatMap { members[$0]?.members.keys.map(\.self) ?? [] })
        developmentDependencies = Set(members["devDependencies"]?.members.keys.map(\.self) ?? [])
        main = members["main"]?.string
        nodeRange = members["engines"]?.members["node"]?.string
        packageManager = members["packageManager"]?.string.map { String($0.prefix { $0 != "@" }) }
    }

    func script(_ name: String) -> String? {
        scripts[name].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
}
