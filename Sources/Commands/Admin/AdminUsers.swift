import ArgumentParser
import Core

extension Role: ExpressibleByArgument {}

struct AdminUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "users", "Show and change who may sign in.",
        examples: ["admin users", "admin users add ada --role user", "admin users passwd ada"],
        more: "Works on the database directly while the server is down.",
        subcommands: [List.self, Add.self, Passwd.self, SetRole.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration("list", "Show the users.", examples: ["admin users list"])

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let users = try await server.withUsers { try await $0.users() }
            try output.printer.show(UserList(users: users)) {
                guard !users.isEmpty else {
                    return output.printer.say(
                        "There are no users yet. The first is made in the dashboard: nodepilot admin setup-code")
                }
                var table = Table([.init("name", shrinks: true), .init("role"), .init("since", .right)])
                for user in users {
                    let since = NodePilotJSON.timestamp(user.createdAt).prefix(10)
                    table.add([.init(user.username), .init(user.role.rawValue), .init(String(since))])
                }
                output.printer.show(table)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "add", "Add a user.",
            examples: ["admin users add ada --role user", "admin users add ci --role viewer --password-stdin <file"])

        @Argument(help: ArgumentHelp("The new user.", valueName: "name"))
        var name: String

        @Option(help: "admin, user (own projects) or viewer (reads).")
        var role: Role

        @Flag(help: "Read the password from standard input.")
        var passwordStdin = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try User.validate(username: name)
            let password = try Question(context: .current).newPassword(fromInput: passwordStdin)
            try User.validate(password: password)
            let user = try await server.withUsers {
                try await $0.addUser(username: name, password: password, role: role)
            }
            try output.printer.show(user) { output.printer.say("\(user.username) is added as \(user.role.rawValue).") }
        }
    }

    struct Passwd: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "passwd", "Give a user a new password; ends their sessions.", examples: ["admin users passwd ada"])

        @Argument(help: ArgumentHelp("The user.", valueName: "name"))
        var name: String

        @Flag(help: "Read the password from standard input.")
        var passwordStdin = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        private struct Changed: Encodable { var changed: String }

        func run() async throws {
            let password = try Question(context: .current).newPassword(fromInput: passwordStdin)
            try User.validate(password: password)
            try await server.withUsers { try await $0.setPassword(password, of: name) }
            try output.printer.show(Changed(changed: name)) { output.printer.say("\(name) has a new password.") }
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "role", "Give a user another role.", examples: ["admin users role ada admin"])

        @Argument(help: ArgumentHelp("The user.", valueName: "name"))
        var name: String

        @Argument(help: "admin, user or viewer.")
        var role: Role

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let user = try await server.withUsers { try await $0.setRole(role, of: name) }
            try output.printer.show(user) { output.printer.say("\(user.username) is now \(user.role.rawValue).") }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            "remove", "Remove a user.", examples: ["admin users remove ada"])

        @Argument(help: ArgumentHelp("The user.", valueName: "name"))
        var name: String

        @Flag(name: .shortAndLong, help: "Do not ask.")
        var yes = false

        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            if !yes {
                let question = Question(context: .current)
                let answer = try question.answer(to: "Type the user's name to remove it:", insteadOf: "--yes")
                guard answer == name else {
                    throw NodePilotError(.invalidInput, "That is not the name. Nobody was removed.")
                }
            }
            try await server.withUsers { try await $0.removeUser(name) }
            try output.printer.show(Removed(removed: name)) { output.printer.say("\(name) is removed.") }
        }
    }
}
