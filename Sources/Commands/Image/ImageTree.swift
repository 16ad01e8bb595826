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
    write(tree.layers.flatMap(linear), indent: "", to: call.output)
    call.output.line("")
    return 0
  }

  /// A layer and those on it one below the other, as long as there is only one.
  private static func linear(_ layer: Images.TreeLayer) -> [Images.TreeLayer] {
    var line: [Images.TreeLayer] = []
    var next = layer
    while next.children.count == 1, let child = next.children.first {
      var bare = next
      bare.children = []
      line.append(bare)
      next = child
    }
    return line + [next]
  }

  private static func write(_ layers: [Images.TreeLayer], indent: String, to output: Output) {
    for (position, layer) in layers.enumerated() {
      let isLast = position == layers.count - 1
      var size = HumanUnits.size(Double(layer.size))
      size = String(repeating: " ", count: max(0, 7 - size.count)) + size
      let tags =
        layer.names.isEmpty ? "" : " Top Layer of: [\(layer.names.joined(separator: " "))]"
      output.line(
        "\(indent)\(isLast ? "└── " : "├── ")ID: \(layer.id.prefix(12)) Size: \(size)\(tags)")
      for child in layer.children {
        write(
          linear(child), indent: indent + (isLast ? "    " : "│   "), to: output)
      }
    }
  }
}
