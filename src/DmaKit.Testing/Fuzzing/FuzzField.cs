namespace DmaKit.Testing;

/// <summary>A number in a sample.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Size">1, 2, 4 or 8 bytes.</param>
/// <param name="BigEndian">Whether its highest byte comes first.</param>
internal readonly record struct FuzzField(int Offset, int Size, bool BigEndian);
