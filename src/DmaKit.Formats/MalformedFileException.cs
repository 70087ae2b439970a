namespace DmaKit.Formats;

/// <summary>A file is not what it claims to be: cut short, with a length that cannot be, or of a format that is not read here.</summary>
public sealed class MalformedFileException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, in one line, with the value and what would be legal.</param>
    /// <param name="offset">Where in the file it was found, in bytes from its start.</param>
    public MalformedFileException(string message, long offset)
        : base($"{message} (at byte {offset})") => Offset = offset;

    /// <summary>Where in the file it was found, in bytes from its start.</summary>
    public long Offset { get; }
}
