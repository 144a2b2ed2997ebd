import Archive
import CLinux
import Commands
import Glibc
import Supervisor

@main
struct Main {
    static func main() async {
        // First of all: this may be the door to somebody else's code, which must not see anything of us.
        Launch.runIfAsked(tools: [UnpackTool.name: { UnpackTool.run($0) }])
        guard nodepilot_prepare_process() == 0 else {
            perror("nodepilot: the look-up of names cannot be set up")
            exit(1)
        }
        exit(await NodePilotCommand.run(Array(CommandLine.arguments.dropFirst())))
    }
}
