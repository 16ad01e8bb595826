import CommandLine
import Engine

/// `podman image tree`: the layers of an image.
enum ImageTree {
  static let command = PodmanCommand(
    "tree", "Print layer hierarchy of an image in a tree format",
    details: "Prints layer hierarchy of an image in a tree format", usage: "IMAGE",
    arguments: .exactly(1), examples: ["alpine:latest"], completion: .names("images"),
    options: {
      [Option("whatrequires", "Show all child images and layers of the specified image")]
    }, run: run)

  static func run(_ call: Call) throws -> Int32 {
    let tree = try call.engine.images.layerTree(
      call.arguments.first ?? "", upwards: call.options.flag("whatrequires"))
    call.output.line("Image ID: \(tree.id.prefix(12))")
    call.output.line("Tags:     [\(tree.names.joined(separator: " "))]")
    call.output.line("Size:     \(HumanUnits.size(Double(tree.size)))")
    call.output.line(tree.layers.isEmpty ? "No Image Layers" : "Image Layers")
    write(tree.layers.flatMap { rows($0, isBranch: false) }, indent: "", to: call.output)
    call.output.line("")
    return 0
  }

  private struct Row {
    var layer: Images.TreeLayer
    var below: [Row]
  }

  /// A layer and those on it, as podman draws them: one below the other, and what is on one of several
  /// that share a parent behind that one.
  private static func rows(_ layer: Images.TreeLayer, isBranch: Bool) -> [Row] {
    let above = layer.children.flatMap { rows($0, isBranch: layer.children.count > 1) }
    return isBranch ? [Row(layer: layer, below: above)] : [Row(layer: layer, below: [])] + above
  }

  private static func write(_ rows: [Row], indent: String, to output: Output) {
    for (position, row) in rows.enumerated() {
      let isLast = position == rows.count - 1
      let layer = row.layer
      var size = HumanUnits.size(Double(layer.size))
      size = String(repeating: " ", count: max(0, 7 - size.count)) + size
      let tags =
        layer.names.isEmpty ? "" : " Top Layer of: [\(layer.names.joined(separator: " "))]"
      output.line(
        "\(indent)\(isLast ? "└── " : "├── ")ID: \(layer.id.prefix(12)) Size: \(size)\(tags)")
      write(row.below, indent: indent + (isLast ? "    " : "│   "), to: output)
    }
  }
}
