import Archive
import Glibc

/// What `nodepilot launch` does for a job `unpack`, without the launch: the tests run it in a process of its own.
@main
struct UnpackProbe {
    static func main() {
        exit(UnpackTool.run(Array(CommandLine.arguments.dropFirst())))
    }
}
