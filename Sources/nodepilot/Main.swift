import Archive
import CLinux
import Commands
import Supervisor

@main
struct Main {
    static func main() async {
        // First of all: this may be the door to somebody else's code, which must not see anything of us.
        Launch.runIfAsked(tools: [UnpackTool.name: UnpackTool.run])
        guard nodepilot_prepare_process() == 0 else { preconditionFailure("glibc refused its own look-up sources") }
        await NodePilotCommand.main()
    }
}
