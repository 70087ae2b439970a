using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>A function that was found on the bus.</summary>
/// <param name="Number">Device by 8 plus function.</param>
/// <param name="Info">What it is.</param>
/// <param name="Bars">Its registers.</param>
/// <param name="Capabilities">Where its capabilities lie.</param>
/// <param name="Pin">Its interrupt pin, 1 for A to 4 for D, 0 for none.</param>
internal sealed record QemuSlot(int Number, PciFunctionInfo Info, QemuBar[] Bars, Capabilities Capabilities, int Pin)
{
    private const int FirstSpecialDevice = 25;
    private const int FirstShifted = 20, FirstPlain = 16, LinesPerGroup = 4;

    /// <summary>
    /// The interrupt controller's input that its line leads to: on q35 the pins of devices 0 to 24 turn by one from device to device over
    /// inputs 20 to 23, those behind have inputs 16 to 19.
    /// </summary>
    internal int Line => Number >> 3 < FirstSpecialDevice ? FirstShifted + (((Number >> 3) + Pin - 1) % LinesPerGroup) : FirstPlain + Pin - 1;

    /// <summary>Who the IOMMU takes it for.</summary>
    internal ushort SourceId => (ushort)Number;

    internal object Gate { get; } = new();

    internal QemuFunction? Open { get; set; }

    internal DmaDomain? Domain { get; set; }
}
