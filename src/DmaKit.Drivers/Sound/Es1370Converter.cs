namespace DmaKit.Drivers;

/// <summary>The converters of an ES1370.</summary>
public enum Es1370Converter
{
    /// <summary>Plays at one of four rates: 5,512.5, 11,025, 22,050 or 44,100 Hz.</summary>
    Dac1,

    /// <summary>Plays at 1,411,200 Hz divided by a whole number. Shares its rate with the ADC.</summary>
    Dac2,

    /// <summary>Captures, at the rate that it shares with DAC2.</summary>
    Adc,
}
