namespace DmaKit.Placeholder;
internal static class Nothing { }
