namespace DmaKit.Tests;

/// <summary>What elements must be, said once more and apart from the mapping's own arithmetic; and what a device sees through them.</summary>
internal static class ElementOracle
{
    public static List<string> Violations(ReadOnlySpan<DmaElement> elements, DmaConstraints limits)
    {
        var found = new List<string>();
        if (elements.Length > limits.MaxElements) found.Add($"{elements.Length} elements");
        long sum = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            DmaElement element = elements[i];
            var range = new LogicalRange(element.Address, element.Length);
            sum += element.Length;
            if (!limits.Reaches(range)) found.Add($"{element} out of reach");
            if (element.Length <= 0 || element.Length > limits.MaxElementLength) found.Add($"{element} length");
            if (limits.Boundary != 0 && (range.Start.Value ^ range.Last.Value) >= (ulong)limits.Boundary) found.Add($"{element} boundary");
            if (!element.Address.IsAligned(limits.ElementAlignment)) found.Add($"{element} alignment");
            if ((i < elements.Length - 1 || limits.LastElementGranular) && element.Length % limits.LengthGranularity != 0) found.Add($"{element} granularity");
        }

        if (sum > limits.MaxTransferLength) found.Add($"{sum} bytes in one transfer");
        return found;
    }

    public static byte[] Fetch(ProbeDevice device, ReadOnlySpan<DmaElement> elements)
    {
        var bytes = new List<byte>();
        foreach (DmaElement element in elements)
        {
            byte[] piece = new byte[element.Length];
            Assert.True(device.Fetch(element.Address, piece), $"the machine refused a read of {element}");
            bytes.AddRange(piece);
        }

        return [.. bytes];
    }

    public static void Store(ProbeDevice device, ReadOnlySpan<DmaElement> elements, ReadOnlySpan<byte> bytes)
    {
        foreach (DmaElement element in elements)
        {
            Assert.True(device.Store(element.Address, bytes[..(int)element.Length]), $"the machine refused a write of {element}");
            bytes = bytes[(int)element.Length..];
        }
    }
}
