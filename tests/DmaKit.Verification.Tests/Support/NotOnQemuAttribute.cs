namespace DmaKit.Verification.Tests;

/// <summary>This rule's drivers run on the emulated machine only. The page of the rule says why.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NotOnQemuAttribute(string why) : Attribute
{
    /// <summary>Why QEMU cannot show it, as the end of a sentence.</summary>
    public string Why => why;
}
