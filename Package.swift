// swift-tools-version: 6.3
import PackageDescription

/// The settings of rooms that must not use `unsafe`: the compiler warns of every unsafe use, and `Tests/run` turns
/// warnings into errors.
let safe: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// The settings of rooms that hide a C library or the kernel behind a safe interface.
let wrapper: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "martlet",
    products: [.executable(name: "martlet", targets: ["martlet"])],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CPostgres"),
        // Its C file embeds the files of these folders.
        .target(name: "CPages", exclude: ["Common", "Customer", "Docs", "Staff"]),

        .target(name: "Posix", dependencies: ["CLinux"], swiftSettings: wrapper),
        .target(name: "SQLite", dependencies: ["CSQLite", "Text"], swiftSettings: wrapper),
        .target(name: "Postgres", dependencies: ["CPostgres", "Posix", "Text"], swiftSettings: wrapper),
        .target(name: "Gzip", dependencies: ["CZlib", "Posix"], swiftSettings: wrapper),
        .target(name: "Pages", dependencies: ["CPages", "Hashing"], swiftSettings: wrapper),
        .target(name: "Crypto", dependencies: ["CSodium", "Loyalty", "Posix", "SignIn"], swiftSettings: wrapper),

        .target(name: "JSON", swiftSettings: safe),
        .target(name: "Metrics", swiftSettings: safe),
        .target(name: "Time", swiftSettings: safe),
        .target(name: "Eventual", swiftSettings: safe),
        .target(name: "HTTP", dependencies: ["Eventual"], swiftSettings: safe),
        .target(name: "OpenAPI", dependencies: ["HTTP", "JSON"], swiftSettings: safe),
        .target(name: "Loyalty", dependencies: ["Time"], swiftSettings: safe),
        .target(name: "Changes", dependencies: ["Eventual", "Loyalty"], swiftSettings: safe),
        .target(
            name: "Storage", dependencies: ["Changes", "Eventual", "Loyalty", "Metrics", "Posix"], swiftSettings: safe),
        .target(name: "SharedStore", dependencies: ["Changes", "Loyalty", "Posix", "Storage"], swiftSettings: safe),
        .target(name: "SignIn", dependencies: ["Eventual", "Loyalty", "Posix", "Storage"], swiftSettings: safe),
        .target(
            name: "SQLiteStore",
            dependencies: ["Changes", "Eventual", "Loyalty", "Metrics", "Posix", "SQLite", "SharedStore", "Storage"],
            swiftSettings: safe),
        .target(
            name: "PostgresStore",
            dependencies: [
                "Changes", "Eventual", "Loyalty", "Metrics", "Posix", "Postgres", "SharedStore", "Storage", "Text",
            ],
            swiftSettings: safe),
        .target(
            name: "AccrualClient", dependencies: ["CCurl", "Gzip", "JSON", "Loyalty", "Posix", "Storage"],
            swiftSettings: wrapper),
        .target(
            name: "Rewards", dependencies: ["Eventual", "Hashing", "JSON", "Loyalty", "Storage"], swiftSettings: safe),
        .target(
            name: "Web", dependencies: ["Eventual", "Gzip", "HTTP", "Hashing", "JSON", "OpenAPI", "Pages"],
            swiftSettings: safe),
        .target(
            name: "API",
            dependencies: [
                "Changes", "Eventual", "Gzip", "HTTP", "Hashing", "JSON", "Loyalty", "Metrics", "OpenAPI", "Pages",
                "Posix", "Rewards", "SignIn", "Storage", "Text", "Time", "Web",
            ],
            swiftSettings: safe),
        .target(name: "Front", dependencies: ["Eventual", "HTTP", "Metrics", "Posix", "Time"], swiftSettings: safe),
        .target(name: "Text", swiftSettings: safe),
        .target(name: "Hashing", swiftSettings: safe),
        .target(
            name: "Logging", dependencies: ["Front", "HTTP", "JSON", "Posix", "Text", "Time"], swiftSettings: safe),
        .target(
            name: "Configuration",
            dependencies: [
                "API", "AccrualClient", "Front", "HTTP", "JSON", "Logging", "Loyalty", "Posix", "Rewards", "SignIn",
                "Storage", "Text",
            ],
            swiftSettings: safe),
        .target(
            name: "Systemd", dependencies: ["Configuration", "Front", "Posix", "Text"], swiftSettings: safe),
        .target(
            name: "CommandLine", dependencies: ["Configuration", "JSON", "Posix", "Text"], swiftSettings: safe),
        .target(
            name: "Owner",
            dependencies: [
                "API", "CommandLine", "Configuration", "Crypto", "Eventual", "JSON", "Loyalty", "Posix", "Rewards",
                "Storage", "Text", "Time",
            ],
            swiftSettings: safe),
        .target(
            name: "App",
            dependencies: [
                "API", "AccrualClient", "Changes", "CommandLine", "Configuration", "Crypto", "Eventual", "Front",
                "HTTP", "Hashing",
                "JSON", "Logging", "Loyalty", "Metrics", "Owner", "Posix", "PostgresStore", "Rewards", "SQLiteStore",
                "SharedStore", "SignIn",
                "Storage", "Systemd", "Text", "Time", "Web",
            ],
            swiftSettings: safe),
        .executableTarget(name: "martlet", dependencies: ["App"], swiftSettings: safe),

        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
        .testTarget(name: "EventualTests", dependencies: ["Eventual"]),
        .testTarget(name: "HTTPTests", dependencies: ["Eventual", "Front", "HTTP", "Posix", "TestSupport"]),
        .testTarget(name: "LoyaltyTests", dependencies: ["Loyalty", "TestSupport"]),
        .testTarget(name: "PagesTests", dependencies: ["Gzip", "Pages", "TestSupport"]),
        .testTarget(name: "GzipTests", dependencies: ["Gzip", "TestSupport"]),
        .testTarget(name: "ChangesTests", dependencies: ["Changes", "Eventual", "Loyalty", "TestSupport"]),
        .testTarget(
            name: "SignInTests",
            dependencies: ["API", "Crypto", "Eventual", "Loyalty", "SignIn", "Storage", "TestSupport"]),
        .testTarget(name: "CryptoTests", dependencies: ["CSodium", "Crypto", "Loyalty", "SignIn", "TestSupport"]),
        .testTarget(name: "PostgresTests", dependencies: ["CLinux", "Posix", "Postgres", "TestSupport"]),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "Changes", "Eventual", "Loyalty", "Posix", "SQLite", "SQLiteStore", "SharedStore", "Storage",
                "ConformanceSupport",
                "TestSupport",
            ]),
        .testTarget(
            name: "PostgresStoreTests",
            dependencies: [
                "CLinux", "Changes", "ConformanceSupport", "Eventual", "Loyalty", "Posix", "Postgres", "PostgresStore",
                "SharedStore", "SignIn", "Storage", "TestSupport",
            ]),
        .testTarget(
            name: "AccrualClientTests",
            dependencies: ["AccrualClient", "CCurl", "Gzip", "Loyalty", "Posix", "Rewards", "Storage", "TestSupport"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["AccrualClient", "Loyalty", "Posix", "SQLite", "SQLiteStore", "Storage", "TestSupport"]),
        .testTarget(name: "RewardsTests", dependencies: ["Loyalty", "Rewards", "TestSupport"]),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Changes", "Crypto", "Eventual", "Gzip", "HTTP", "JSON", "Loyalty", "OpenAPI", "Pages",
                "Posix", "Rewards", "SignIn", "Storage", "TestSupport", "Web",
            ]),
        .testTarget(name: "FrontTests", dependencies: ["Eventual", "Front", "HTTP", "Posix", "TestSupport"]),
        .testTarget(name: "TextTests", dependencies: ["JSON", "Text"]),
        .testTarget(
            name: "LoggingTests", dependencies: ["Front", "HTTP", "JSON", "Logging", "Posix"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "JSON", "TestSupport"]),
        .testTarget(name: "SystemdTests", dependencies: ["Configuration", "Posix", "Systemd"]),
        .testTarget(
            name: "OwnerTests",
            dependencies: [
                "API", "CommandLine", "Configuration", "JSON", "Loyalty", "Owner", "Posix", "Rewards", "Storage",
                "TestSupport",
            ]),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "App", "CommandLine", "Configuration", "Front", "HTTP", "JSON", "Loyalty", "Owner", "Posix", "Systemd",
                "TestSupport", "Text",
            ]),
        .testTarget(name: "TimeTests", dependencies: ["TestSupport", "Time"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"]),
        .target(
            name: "TestSupport",
            dependencies: ["CLinux", "Changes", "Eventual", "Loyalty", "Metrics", "Posix", "SignIn", "Storage"],
            path: "Tests/TestSupport"),
        .target(
            name: "ConformanceSupport",
            dependencies: ["Changes", "Eventual", "Loyalty", "Posix", "Storage", "TestSupport"],
            path: "Tests/ConformanceSupport", swiftSettings: wrapper),
        .testTarget(name: "StorageTests", dependencies: ["ConformanceSupport", "TestSupport"]),
        .target(
            name: "EndToEndSupport", dependencies: ["JSON", "Posix", "TestSupport"], path: "Tests/EndToEndSupport"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["CLinux", "EndToEndSupport", "HTTP", "JSON", "Posix", "SQLite", "TestSupport"],
            exclude: ["Databases"]),
        .testTarget(
            name: "DurabilityTests",
            dependencies: [
                "Crypto", "EndToEndSupport", "HTTP", "JSON", "Loyalty", "Posix", "SQLite", "SQLiteStore", "TestSupport",
            ],
            exclude: ["Preload"]),
        .testTarget(name: "ClusterTests", dependencies: ["EndToEndSupport", "JSON", "Posix", "TestSupport"]),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
