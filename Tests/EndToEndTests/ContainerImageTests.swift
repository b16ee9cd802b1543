import EndToEndSupport
import Foundation
import JSON
import TestSupport
import Testing

/// The image is a sound OCI archive with all that the executable loads. `Tests/Release/container-image` tries it with
/// programs of others, and as process 1.
@Suite(
    .serialized, .enabled(if: Packager.isReady, "it needs a release build"),
    .onSQLite("the image is the same on both engines"))
struct ContainerImageTests {
    /// An unpacked archive, whose digests were compared.
    private struct Archive {
        let packager: Packager
        let path: String

        func document(_ name: String) throws -> JSONObject {
            try JSONParser.parse(Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))[...]).object
                ?? JSONObject(members: [])
        }

        /// Returns the path of the blob that a descriptor names.
        func blob(_ descriptor: JSONObject) throws -> String {
            let digest = try #require(descriptor["digest"]?.string)
            let name = "blobs/\(digest.replacing(":", with: "/"))"
            let size = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.size] as? Int
            #expect(descriptor["size"]?.number?.literal == size.map(String.init), "\(name)")
            #expect(try packager.sha256(of: "\(path)/\(name)") == digest)
            return name
        }
    }

    @Test func theImageIsAnArchiveWithEverythingThatMartletLoads() throws {
        let packager = try Packager()
        let file = try packager.make("container-image")
        let path = packager.folder.file("layout")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try packager.run("/usr/bin/tar", ["--extract", "--file", file, "--directory", path])
        let archive = Archive(packager: packager, path: path)
        #expect(try archive.document("oci-layout")["imageLayoutVersion"]?.string == "1.0.0")
        let top = try #require(try archive.document("index.json")["manifests"]?.array?.first?.object)
        let manifest = try archive.document(archive.blob(top))
        let image = try archive.document(archive.blob(try #require(manifest["config"]?.object)))
        let contents = image["rootfs"]?.object?["diff_ids"]?.array ?? []
        let layers = manifest["layers"]?.array ?? []
        #expect(layers.count == 2 && contents.count == 2)
        let root = packager.folder.file("root")
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        for (layer, content) in zip(layers, contents) {
            let blob = "\(path)/\(try archive.blob(try #require(layer.object)))"
            let unpacked = packager.folder.file("layer.tar")
            try packager.run("/bin/sh", ["-c", #"gzip --decompress --stdout "$1" >"$2""#, "sh", blob, unpacked])
            #expect(try packager.sha256(of: unpacked) == content.string)
            try packager.run(
                "/usr/bin/tar", ["--extract", "--no-same-owner", "--file", unpacked, "--directory", root])
        }
        let settings = try #require(image["config"]?.object)
        #expect(settings["User"]?.string == "65532:65532" && settings["Volumes"]?.object?["/data"] != nil)
        #expect(settings["Env"]?.array?.contains(.string("RUN_ADDRESS=:8080")) == true)
        #expect(settings["Healthcheck"]?.object?["Test"]?.array?.last?.string == "healthcheck")
        if OtherAccount.canBeUsed { try expectItRuns(in: root, packager) }
    }

    /// The libraries of the image are found in it, the ones that are loaded when they are needed too.
    private func expectItRuns(in root: String, _ packager: Packager) throws {
        for (arguments, status, said) in [
            (["version"], 0 as Int32, ""),
            (["serve", "-a", "127.0.0.1:0", "-d", "postgres://127.0.0.1:1/shop"], 69, "Connection refused"),
            (["check", "-d", "postgres://127.0.0.1:1/shop"], 69, "Connection refused"),
        ] {
            let command = try Server(
                in: packager.folder, arguments: ["--userspec=65532:65532", root, "/usr/bin/martlet"] + arguments,
                executable: "/usr/sbin/chroot")
            #expect(try command.waitForEnd() == status, "\(arguments): \(command.logText)")
            #expect(said.isEmpty || command.logText.contains(said), "\(command.logText)")
        }
        chown("\(root)/data", 65_532, 65_532)
        let server = try Server(
            in: packager.folder,
            arguments: ["--userspec=65532:65532", root, "/usr/bin/martlet", "serve", "-r", "https://127.0.0.1:1"],
            environment: [
                "RUN_ADDRESS": "127.0.0.1:0", "MARTLET_ADMIN_ADDRESS": "", "MARTLET_STAFF_ADDRESS": "",
                "DATABASE_URI": "/data/martlet.db",
            ], executable: "/usr/sbin/chroot")
        try server.client().register("anna")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd() == 0, "\(server.logText)")
    }
}

extension Packager {
    fileprivate func sha256(of path: String) throws -> String {
        "sha256:\(try run("/usr/bin/sha256sum", [path]).prefix(64))"
    }
}
