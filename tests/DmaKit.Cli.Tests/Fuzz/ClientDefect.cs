namespace DmaKit.Cli.Tests;

/// <summary>What is wrong with the twin of the client.</summary>
internal enum ClientDefect
{
    /// <summary>It takes each piece that comes for whole lines.</summary>
    CutsHalfLines,

    /// <summary>Any line answers the command that waits.</summary>
    TakesInterruptsForAnswers,

    /// <summary>A number that is none leaves it as an exception that is no answer.</summary>
    LetsExceptionsOut,
}
