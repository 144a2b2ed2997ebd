import CLinux
import Commands
import Glibc

@main
struct Main {
    static func main() async {
        guard nodepilot_use_builtin_resolvers() == 0 else {
            perror("nodepilot: name look-up cannot be set up")
            exit(1)
        }
        exit(await NodePilotCommand.run(Array(CommandLine.arguments.dropFirst())))
    }
}
