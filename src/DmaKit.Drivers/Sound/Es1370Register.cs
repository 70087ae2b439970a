namespace DmaKit.Drivers;

/// <summary>The registers of an ES1370 in its I/O space, and their bits. Source: the ES1370's data sheet.</summary>
internal static class Es1370Register
{
    public const long Control = 0x00;
    public const long Status = 0x04;
    public const long Page = 0x0C;
    public const long Serial = 0x20;

    // Control: which converter runs, which rate.
    public const uint AdcEnable = 0x10;
    public const uint Dac2Enable = 0x20;
    public const uint Dac1Enable = 0x40;
    public const int Dac1RateShift = 12;
    public const uint Dac1RateMask = 0x3000;
    public const int DividerShift = 16;
    public const uint DividerMask = 0x1FFF_0000;

    // Status: who wants the interrupt.
    public const uint Interrupt = 0x8000_0000;

    /// <summary>The sample counter of a converter: frames an interrupt less one.</summary>
    public static long SampleCount(Es1370Converter converter) => 0x24 + 4 * (int)converter;

    /// <summary>What <see cref="Page"/> must be for a converter's ring registers.</summary>
    public static uint RingPage(Es1370Converter converter) => converter == Es1370Converter.Adc ? 0xDu : 0xCu;

    /// <summary>On that page: where the ring is, 32 bits.</summary>
    public static long RingAddress(Es1370Converter converter) => converter == Es1370Converter.Dac2 ? 0x38 : 0x30;

    /// <summary>On that page: the ring's size in dwords less one, and in the upper half the position.</summary>
    public static long RingCount(Es1370Converter converter) => RingAddress(converter) + 4;

    public static uint Enable(Es1370Converter converter) => converter switch
    {
        Es1370Converter.Dac1 => Dac1Enable,
        Es1370Converter.Dac2 => Dac2Enable,
        _ => AdcEnable,
    };

    public static uint Pending(Es1370Converter converter) => 4u >> (int)converter;

    public static uint InterruptEnable(Es1370Converter converter) => 0x100u << (int)converter;

    /// <summary>Stops a playing converter where it is. The ADC has none.</summary>
    public static uint Pause(Es1370Converter converter) => converter switch
    {
        Es1370Converter.Dac1 => 0x800,
        Es1370Converter.Dac2 => 0x1000,
        _ => 0,
    };

    public static uint StopAtEnd(Es1370Converter converter) => 0x2000u << (int)converter;

    public static int FormatShift(Es1370Converter converter) => 2 * (int)converter;
}
