import Supervisor

@main
struct Main {
    static func main() {
        Launch.runIfAsked(tools: [:])
    }
}
