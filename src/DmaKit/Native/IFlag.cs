namespace DmaKit.Native;

/// <summary>A yes or no that the compiler knows, so that a kernel has one loop for each and no question in it.</summary>
internal interface IFlag
{
    static abstract bool IsSet { get; }

    /// <summary>Yes.</summary>
    internal readonly struct Yes : IFlag
    {
        public static bool IsSet => true;
    }

    /// <summary>No.</summary>
    internal readonly struct No : IFlag
    {
        public static bool IsSet => false;
    }
}
