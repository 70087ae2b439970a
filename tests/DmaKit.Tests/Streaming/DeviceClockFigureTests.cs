namespace DmaKit.Tests;

/// <summary>How well the clock estimates, in comparison with what is possible at all; and clocks that do not.</summary>
public sealed class DeviceClockFigureTests(ITestOutputHelper output)
{
    [Fact]
    public void S6_Drift_and_prediction_are_near_the_best_possible_over_five_seeds()
    {
        Print(1, 5);
        Meets(ClockFigures.Measure(PositionClocks.Real, 1, 5, 60), 60);
    }

    [Fact(Explicit = true), Trait("Category", "Soak")]
    public void S6_Drift_and_prediction_are_near_the_best_possible_over_a_hundred_seeds()
    {
        Print(1, 100);
        Meets(ClockFigures.Measure(PositionClocks.Real, 1, 100, 600), 600);
    }

    [Fact]
    public void S6_Twin_a_loop_of_fixed_bandwidth_misses_the_figures()
    {
        ClockFigures figures = ClockFigures.Measure(PositionClocks.Loop, 1, 5, 60);
        output.WriteLine(figures.Text());
        Assert.True(figures.DriftError(60) > 3 * ClockFigures.DriftLimit(60), figures.Text());
    }

    private void Print(int first, int seeds) => output.WriteLine($"seeds {first} to {first + seeds - 1}");

    private void Meets(ClockFigures figures, double seconds)
    {
        output.WriteLine(figures.Text());
        foreach (double look in new double[] { 10, 60, 600 })
            if (look <= seconds) Assert.True(figures.DriftError(look) <= 3 * ClockFigures.DriftLimit(look), figures.Text());
        Assert.True(figures.PredictionError(0.999) <= 0.001, figures.Text());
        Assert.True(figures.Honest >= 0.99, figures.Text());
        Assert.True(figures.Width <= 3, figures.Text());
    }
}
