import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The manifests for container engines that the handbook shows are YAML, and name what there is.
struct ManifestTests {
    private static let python = "/usr/bin/python3"
    private static let hasYAML: Bool = {
        guard let folder = try? Folder(),
            let trial = try? Server(in: folder, arguments: ["-c", "import yaml"], executable: python)
        else { return false }
        return (try? trial.waitForEnd()) == 0
    }()

    /// Prints the documents of all blocks of a page as one list.
    private static let reader = """
        import json, re, sys, yaml
        blocks = re.findall(r"^```yaml\\n(.*?)^```$", open(sys.argv[1]).read(), re.M | re.S)
        print(json.dumps([document for block in blocks for document in yaml.safe_load_all(block)]))
        """

    @Test(.enabled(if: hasYAML, "it needs python3-yaml")) func manifestsNameWhatThereIs() throws {
        let packager = try Packager()
        let page = RepositoryRoot.file("Sources/Handbook/Packages.md")
        let text = try packager.run(Self.python, ["-c", Self.reader, page])
        let documents = try #require(try JSONParser.parse(Array(text.utf8)[...]).array)
        let kinds = documents.map { $0.object?["kind"]?.string ?? "Compose" }
        #expect(
            kinds == ["Compose", "PersistentVolumeClaim", "Deployment", "Service", "Secret", "Deployment"], "\(kinds)")
        let version = try packager.run(Server.executable, ["version"]).prefix { $0 != "\n" }
        let all = JSONValue.array(documents)
        let images = Set(Self.values(of: "image", in: all).compactMap(\.string))
        #expect(images == [String(version).replacing(" ", with: ":")])
        let probes = Self.values(of: "httpGet", in: all).compactMap { $0.object?["path"]?.string }
        #expect(Set(probes) == ["/healthz", "/readyz"])
        let manual = try packager.run(Server.executable, ["man"])
        let variables = Self.variables(in: all)
        #expect(variables.count >= 4)
        for variable in variables { #expect(manual.contains("Environment: \(variable)."), "\(variable)") }
    }

    /// Returns the names of the environment variables that manifests set.
    private static func variables(in value: JSONValue) -> [String] {
        let objects = values(of: "environment", in: value) + values(of: "stringData", in: value)
        let lists = values(of: "env", in: value)
        let names = objects.flatMap { object in object.object?.members.map(\.name) ?? [] }
        return names + lists.flatMap { list in (list.array ?? []).compactMap { $0.object?["name"]?.string } }
    }

    /// Returns the values of all members with a name, however deep they are.
    private static func values(of name: String, in value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): elements.flatMap { values(of: name, in: $0) }
        case .object(let object):
            (object[name].map { [$0] } ?? []) + object.members.flatMap { values(of: name, in: $0.value) }
        default: []
        }
    }
}
