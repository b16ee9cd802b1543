package enum GunzipError: Error { case tooLarge, broken }
package enum Gunzip {
    package static func unpack(_ b: [UInt8], outputBytesMax: Int) throws(GunzipError) -> [UInt8] { b }
}
package final class GzipCompressor {
    package init() {}
    package func compress(_ b: [UInt8]) -> [UInt8] { b }
}
