// swift-tools-version: 6.3;(experimentalCGen)
import PackageDescription

let swiftSettings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["NODEPILOT_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : [])

extension Target.Dependency {
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioWebSocket: Self = .product(name: "NIOWebSocket", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioFoundation: Self = .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio")
    static let nioHTTPTypes: Self = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1: Self = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioConcurrency: Self = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
    static let httpTypes: Self = .product(name: "HTTPTypes", package: "swift-http-types")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore: Self = .product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let grdb: Self = .product(name: "GRDB", package: "GRDB.swift")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let jwtKit: Self = .product(name: "JWTKit", package: "jwt-kit")
    static let asn1: Self = .product(name: "SwiftASN1", package: "swift-asn1")
    static let x509: Self = .product(name: "X509", package: "swift-certificates")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let subprocess: Self = .product(name: "Subprocess", package: "swift-subprocess")
}

/// A Swift target of ours: all of them share the language settings.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// `make` passes the commit; a plain `swift build` has none.
let commit = Context.environment["NODEPILOT_COMMIT"] ?? ""

let package = Package(
    name: "nodepilot",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "nodepilot", targets: ["nodepilot"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .executableTarget(
            name: "nodepilot",
            dependencies: ["Commands", "Supervisor", "Archive", "CLinux"],
            swiftSettings: swiftSettings
        ),
        module(
            "Commands", ["Daemon", "APIClient", "Archive", "Core", "CLinux", "CVersion", .argumentParser, .unixSignals]),
        module(
            "Daemon",
            [
                "API", "Deploy", "Edge", "Certificates", "Supervisor", "Builder", "Archive", "Store", "TLS", "Core",
                "CDashboard", "CLinux", .lifecycle, .unixSignals, .logging, .nioCore, .nioPosix,
            ]),
        module(
            "API",
            [
                "Deploy", "Supervisor", "Store", "Core", "CCrypt", "CLinux", .hummingbird, .hummingbirdCore, .nioCore,
                .nioPosix, .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioWebSocket, .nioFoundation, .httpTypes,
                .logging,
                .lifecycle, .crypto, .jwtKit,
            ]),
        module(
            "APIClient",
            ["Core", "CLinux", .asyncHTTPClient, .nioCore, .nioPosix, .nioHTTP1, .nioFoundation, .nioSSL, .crypto]),
        module("Deploy", ["CLinux", "Supervisor", "Builder", "Archive", "Store", "Core", .logging, .subprocess]),
        module(
            "Edge",
            ["Core", "CLinux", .nioCore, .nioPosix, .logging]),
        module("Certificates", ["TLS", "Core", .x509, .asn1, .crypto]),
        module("Supervisor", ["Core", "CLinux", .logging, .nioCore, .nioPosix, .nioHTTP1]),
        module("Builder", ["Core"]),
        module("Archive", ["Core", "CArchive"]),
        module("Store", ["Core", "CLinux", .grdb, .crypto, .logging]),
        module("TLS", ["Core", "COpenSSL", .nioCore, .nioConcurrency]),
        module("Core"),

        .target(name: "CVersion", cSettings: commit.isEmpty ? [] : [.define("NODEPILOT_COMMIT", to: commit)]),
        .target(name: "CLinux"),
        .target(name: "CCrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "CArchive",
            linkerSettings: ["archive", "nettle", "acl", "lzma", "zstd", "lz4", "bz2", "z"].map { .linkedLibrary($0) }
        ),
        .target(name: "CDashboard", plugins: ["EmbedDashboard"]),
        .plugin(name: "EmbedDashboard", capability: .buildTool()),

        tests("CoreTests", ["Core"]),
        tests("StoreTests", ["Store", "Core", .grdb, .logging]),
        .target(
            name: "TestSupport", dependencies: ["Core"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .executableTarget(
            name: "UnpackProbe", dependencies: ["Archive"], path: "Tests/UnpackProbe", swiftSettings: swiftSettings),
        tests("ArchiveTests", ["Archive", "Core", "TestSupport", "UnpackProbe"]),
        tests("BuilderTests", ["Builder", "Core", "TestSupport"]),
        tests("SupervisorTests", ["Supervisor", "Core", "CLinux", .logging, .nioCore, .nioPosix]),
        tests("TLSTests", ["TLS", "COpenSSL", "Certificates", "Core", .nioCore, .nioPosix, .nioEmbedded, .subprocess]),
        tests("CertificatesTests", ["Certificates", "TLS", "Core", .x509, .crypto, .subprocess]),
        tests("EdgeTests", ["Edge", "Core", .nioCore, .nioPosix, .logging]),
        tests("DeployTests", ["Deploy", "TestSupport", "Supervisor", "Builder", "Archive", "Store", "Core", .logging]),
        tests("DaemonTests", ["Daemon", "Store", "Core"]),
        tests(
            "APITests",
            [
                "API", "Deploy", "Supervisor", "Builder", "Archive", "Store", "Core", "TestSupport", .hummingbird,
                .hummingbirdCore,
                .hummingbirdTesting,
                .nioCore, .nioPosix, .nioEmbedded, .nioHTTP1, .nioWebSocket, .httpTypes, .logging, .lifecycle, .jwtKit,
                .crypto,
            ]),
        .target(
            name: "ScriptedServer",
            dependencies: [.nioCore, .nioPosix, .nioHTTP1, .nioSSL, .x509, .asn1, .crypto],
            path: "Tests/ScriptedServer",
            swiftSettings: swiftSettings
        ),
        tests(
            "APIClientTests",
            ["APIClient", "ScriptedServer", "Core", .nioCore, .nioPosix, .nioHTTP1, .crypto]),
        tests("CommandsTests", ["Commands", "APIClient", "ScriptedServer", "Core", .argumentParser, .nioCore]),
    ]
)
